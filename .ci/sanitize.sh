#!/bin/bash
# Unit tests under a sanitizer, in a build directory of their own: .ci/sanitize.sh thread|address [words for swift test]
#
#   .ci/sanitize.sh thread|address build     only builds
#
# Under the address sanitizer they are all of them, under the thread sanitizer those of the targets that have threads:
# Package.swift leaves the others out when it is told so.
set -euo pipefail
cd "$(dirname "$0")/.."

sanitizer=$1
shift
[ "$sanitizer" != thread ] || export TRUNKLINE_THREADED_TESTS=1
# Tests are found by the index of the build; what the system has needs none.
options=(--sanitize="$sanitizer" --scratch-path ".build/$sanitizer" --explicit-target-dependency-import-check error
    -Xswiftc -index-ignore-system-modules)
if [ "${1:-}" = build ]; then
    exec swift build --build-tests "${options[@]}"
fi

export TSAN_OPTIONS="halt_on_error=1 ${TSAN_OPTIONS:-}"
# The Swift runtime keeps metadata for ever; a leak of ours shows in the tests that count owners. Noting the whole stack
# of every allocation takes a third of the time; a report has the one of the access in any case.
export ASAN_OPTIONS="detect_leaks=0 malloc_context_size=1 ${ASAN_OPTIONS:-}"
source .ci/scratch.sh
swift test "${options[@]}" "$@"
