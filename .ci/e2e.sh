#!/bin/bash
# End-to-end tests with real PostgreSQL against the release build. Further words go to pytest: .ci/e2e.sh -k damage
# Most of their time is waiting, so they run several at once; -n 0 runs them one after the other.
set -euo pipefail
cd "$(dirname "$0")/.."

.build/venv/bin/pytest -q -n 4 --dist worksteal --durations=15 Tests/EndToEnd "$@"
