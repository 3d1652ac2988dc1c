#!/bin/bash
# Unit tests under a sanitizer, in a build directory of their own: .ci/sanitize.sh thread|address [words for swift test]
set -euo pipefail
cd "$(dirname "$0")/.."

sanitizer=$1
shift
export TSAN_OPTIONS="halt_on_error=1 ${TSAN_OPTIONS:-}"
# The Swift runtime keeps metadata for ever; a leak of ours shows in the tests that count owners.
export ASAN_OPTIONS="detect_leaks=0 ${ASAN_OPTIONS:-}"
# Flipping bits in every object takes a minute as it is, ten under a sanitizer, and no path that others do not take.
swift test --sanitize="$sanitizer" --scratch-path ".build/$sanitizer" --skip RepositoryTests \
    --skip VerifyDamageTests "$@"
