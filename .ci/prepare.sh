#!/bin/bash
# Builds what later stages test, one build after the other: .ci/prepare.sh STAGE... It is meant to run at the lowest
# priority beside tests that mostly wait. A build that fails says so when its stage builds again.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

for stage; do
    case $stage in
        address | thread) .ci/sanitize.sh "$stage" build ;;
        fuzz) .ci/fuzz.sh 0 ;;
    esac
    touch ".build/log/$stage.prepared"
done
