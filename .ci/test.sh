#!/bin/bash
# All tests, one stage after the other: a line of progress each, the end of the log of a stage that fails, and the sum
# of all runners as the last line. Every stage runs, whatever happened before. Logs stay in .build/log/.
#
# While the end-to-end tests run, which mostly wait, what the stages behind them need is built at the lowest priority.
#
#   .ci/test.sh [STAGE...]     only these: see `title` below for their names
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

stages=(setup lint release e2e reader address stores thread fuzz bench)
log_tail_lines=60
fuzz_seconds=3

title() {
    case $1 in
        setup) echo "dependencies" ;;
        lint) echo "format, lint and scripts" ;;
        release) echo "release build" ;;
        unit) echo "unit tests (no sanitizer)" ;;
        e2e) echo "end-to-end tests (release)" ;;
        reader) echo "independent format reader" ;;
        address) echo "unit tests (address sanitizer)" ;;
        stores) echo "store conformance on real servers" ;;
        thread) echo "unit tests (thread sanitizer)" ;;
        fuzz) echo "fuzzing, a few seconds a target" ;;
        bench) echo "benchmarks, tiny" ;;
    esac
}

run_stage() {
    case $1 in
        setup) contrib/setup test ;;
        lint) .ci/lint.sh ;;
        release) .ci/build.sh ;;
        unit) .ci/unit.sh ;;
        reader) .build/venv/bin/pytest -q contrib/format-reader ;;
        stores) .ci/stores.sh ;;
        e2e) .ci/e2e.sh ;;
        thread) .ci/sanitize.sh thread ;;
        address) .ci/sanitize.sh address ;;
        fuzz) .ci/fuzz.sh $fuzz_seconds ;;
        bench) Benchmarks/run --tiny ;;
    esac
}

# Begins to build for the stages behind this one, in a process group of its own so that it can be ended as a whole.
prepare_the_rest() {
    rm -f .build/log/*.prepared
    set -m
    nice -n 19 .ci/prepare.sh "$@" >.build/log/prepare.log 2>&1 </dev/null &
    preparing=$!
    set +m
    trap 'kill -- -$preparing 2>/dev/null' EXIT
}

# Waits until the build of a stage has been prepared, if it is going to be: two builds of one directory would only wait
# for each other.
await_build() {
    while [ -n "$preparing" ] && [ ! -e ".build/log/$1.prepared" ] && kill -0 "$preparing" 2>/dev/null; do
        sleep 0.2
    done
}

[ $# -eq 0 ] || stages=("$@")
mkdir -p .build/log
preparing=
passed_sum=0 failed_sum=0 failed_stages=()
for number in "${!stages[@]}"; do
    stage=${stages[$number]}
    log=.build/log/$stage.log
    printf '[%d/%d] %-36s' $((number + 1)) ${#stages[@]} "$(title "$stage")"
    began=$SECONDS
    case $stage in
        e2e) prepare_the_rest "${stages[@]:number + 1}" ;;
        address | thread | fuzz) await_build "$stage" ;;
        stores) await_build address ;;
    esac
    if run_stage "$stage" >"$log" 2>&1 </dev/null; then outcome=ok; else outcome=FAILED; fi
    read -r passed failed < <(.ci/count-tests.py "$log")
    # A stage can fail without a failed test: it did not build, say.
    if [ $outcome = FAILED ]; then
        [ "$failed" -gt 0 ] || failed=1
        failed_stages+=("$stage")
    fi
    passed_sum=$((passed_sum + passed)) failed_sum=$((failed_sum + failed))
    counts=
    [ $((passed + failed)) -eq 0 ] || counts="$passed passed$([ "$failed" -eq 0 ] || echo ", $failed failed")"
    printf ' %-6s %4d s  %s\n' $outcome $((SECONDS - began)) "$counts"
    [ $outcome = ok ] || { echo "--- the end of $log" && tail -n $log_tail_lines "$log" && echo "---"; }
done
echo "$SECONDS s in all${failed_stages[*]:+; failed: ${failed_stages[*]}}"
echo "$passed_sum passed, $failed_sum failed"
[ "$failed_sum" -eq 0 ]
