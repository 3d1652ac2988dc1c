# To be sourced. What unit tests write is thrown away: where memory has room for it, nobody waits for a disk to take it.
scratch_kib_min=$((2 << 20))
if [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ] &&
    [ "$(df --output=avail /dev/shm | tail -n 1)" -ge $scratch_kib_min ]; then
    export TMPDIR=/dev/shm
fi
