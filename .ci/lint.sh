#!/bin/bash
# Formatting and lint of Swift, and the syntax of the scripts. Changes nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

swift format lint --recursive --strict Package.swift Sources Tests Benchmarks
scripts=$(git ls-files --cached --others --exclude-standard -- .ci contrib Tests Benchmarks |
    grep -Ev '\.(swift|md|json)$')
for script in $scripts; do
    [ -f "$script" ] || continue
    case $(head -c 64 "$script" | tr -d '\0' | head -n 1) in
        *bash*) bash -n "$script" ;;
        *python*) python3 -c 'import ast, sys; ast.parse(open(sys.argv[1]).read(), sys.argv[1])' "$script" ;;
        '#!/bin/sh'*) sh -n "$script" ;;
    esac
done
if command -v shellcheck >/dev/null; then
    shellcheck --shell=bash --exclude=SC1091,SC2034 .ci/*.sh contrib/setup contrib/demo contrib/services/common.sh \
        contrib/archive_module/build
fi
echo "lint: clean"
