#!/bin/bash
# Unit tests, debug build. Further words go to `swift test`: .ci/unit.sh --filter FormatTests
set -euo pipefail
cd "$(dirname "$0")/.."

source .ci/scratch.sh
swift test --explicit-target-dependency-import-check error "$@"
