#!/bin/bash
# Documents and the code they speak of: links resolve, tables agree. (The tests that check it, and nothing else.)
set -euo pipefail
cd "$(dirname "$0")/.."

swift test --filter "RepositoryTests|CommandLineTests"
