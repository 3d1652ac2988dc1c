# Shared by the scripts of this folder: one S3 server each, for tests, on the loopback, below one directory.
#
#   SCRIPT start DIR PORT    sets up on first use, starts, waits until it answers, writes DIR/service.env
#   SCRIPT stop DIR          ends what start began, by process id, and waits for it
#   SCRIPT remove DIR        the same at once and by force, and DIR goes too
#
# DIR/service.env holds endpoint, region, access_key_id and secret_access_key, one name=value per line.
# A server started again on the same DIR has its objects back (moto, which lives in memory, has not).
# PORT and the few above it (each script says how many) must be free.

set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
answer_seconds_max=120

fail() {
    printf '%s: error: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

usage() {
    sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" >&2
    exit 64
}

need() {
    local program
    for program; do
        command -v "$program" >/dev/null || fail "\"$program\" is not installed: run contrib/setup test"
    done
}

# launch NAME COMMAND...: in the background, output to log/NAME, process id to run/NAME.pid. Each server leads a session
# and a process group of its own, so that its workers end with it.
launch() {
    local name=$1
    shift
    setsid "$@" >>"$dir/log/$name" 2>&1 </dev/null &
    echo $! >"$dir/run/$name.pid"
}

# A process that has ended but that nobody has waited for (state Z) is as good as gone.
lives() { [ -r "/proc/$1/stat" ] && [[ $(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) != [ZX]* ]]; }

alive() { lives "$(cat "$dir/run/$1.pid")"; }

# until_true WHAT NAME COMMAND...: polls COMMAND while the process NAME lives.
until_true() {
    local what=$1 name=$2 end=$((SECONDS + answer_seconds_max))
    shift 2
    until "$@" >/dev/null 2>&1; do
        alive "$name" || fail "$name ended before $what: $(tail -n 3 "$dir/log/$name")"
        [ $SECONDS -lt $end ] || fail "waited $answer_seconds_max s for $what"
        sleep 0.05
    done
}

answers() { curl --silent --output /dev/null --max-time 5 "$1"; }

# stop_all: newest first; a server that does not end by itself within ten seconds is killed.
stop_all() {
    local file pid tries
    for file in $(ls -t "$dir"/run/*.pid 2>/dev/null); do
        pid=$(cat "$file")
        kill "$pid" 2>/dev/null || true
        for ((tries = 0; tries < 200; tries++)); do
            lives "$pid" || break
            sleep 0.05
        done
        kill -9 -- "-$pid" 2>/dev/null || true
        rm -f "$file"
    done
}

remove() {
    local file
    [ -d "$dir/run" ] || return 0
    for file in "$dir"/run/*.pid; do [ ! -e "$file" ] || kill -9 -- "-$(cat "$file")" 2>/dev/null || true; done
    rm -rf "$dir"
}

write_environment() {
    printf '%s\n' "endpoint=$1" "region=$2" "access_key_id=$3" "secret_access_key=$4" >"$dir/service.env"
}

# main: reads the verb; a script defines setup (once per DIR) and start (each time).
main() {
    local verb=${1:-}
    dir=${2:-}
    port=${3:-0}
    [ -n "$dir" ] || usage
    case $verb in
        start)
            [ "$port" -gt 0 ] || usage
            mkdir -p "$dir/run" "$dir/log"
            dir=$(cd "$dir" && pwd)
            trap 'stop_all' ERR
            if [ ! -e "$dir/.set-up" ]; then
                setup
                touch "$dir/.set-up"
            fi
            start
            ;;
        stop) stop_all ;;
        remove) remove ;;
        *) usage ;;
    esac
}
