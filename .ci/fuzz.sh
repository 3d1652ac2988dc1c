#!/bin/bash
# Every fuzz target for so many seconds: .ci/fuzz.sh [SECONDS]
set -euo pipefail
cd "$(dirname "$0")/.."

Tests/Fuzz/run "${1:-60}"
