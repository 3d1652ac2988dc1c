"""PostgreSQL's own archiver draining a backlog of real segments through each contender.

Every run starts a server on its own copy of one data directory whose segments wait as `.ready`, with an empty
`archive_command`, under which the archiver stands still. The command is then set and the server told to read its
settings: the clock runs from that signal until the last segment is `.done`, which the archiver reaches in order.
"""

import hashlib
import os
import shutil
import time
from contextlib import ExitStack
from pathlib import Path

from . import accounting, peers
from .contenders import Contender, Place
from .place import Account, Trouble
from .plan import GIB
from .server import Server
from .workload import Made

POLL_SECONDS = 0.002
LIMIT_SECONDS_PER_SEGMENT = 10


def drain(contender: Contender, made: Made, account: Account, work: Path, number: int) -> dict:
    """One measured run, on directories that are gone afterwards."""
    root = account.directory(work / f"drain-{number}", mode=0o755)
    try:
        with ExitStack() as stack:
            server = stack.enter_context(peers.MotoServer(account, work)) if contender.needs_s3 else None
            place = Place(account, root, made.copy(root / "pgdata"), server)
            contender.prepare(place)
            before = contender.stored_bytes(place) if contender.stores else 0
            os.sync()
            result = accounting.apart(lambda: measure(contender, place, made))
            if contender.stores:
                result["stored_bytes"] = contender.stored_bytes(place) - before
                result["restored"] = restore(contender, place, made)
            return result
    finally:
        shutil.rmtree(root, ignore_errors=True)


def measure(contender: Contender, place: Place, made: Made) -> dict:
    settings = {
        "archive_mode": "on", "archive_command": "", "wal_level": "replica", "shared_buffers": "16MB",
        "wal_keep_size": "64GB", "max_wal_size": "64GB", "wal_recycle": "off", "checkpoint_timeout": "1d",
        "autovacuum": "off", "max_wal_senders": 2}
    server = Server(place.account, place.data, place.account.directory(place.root / "s"))
    server.configure(**settings)
    server.start(contender.environment(place))
    outside = accounting.process_seconds(place.s3.process.pid) if place.s3 else 0.0
    before = accounting.family_seconds()
    started = time.monotonic()
    server.configure(**(settings | {"archive_command": contender.command(place)}))
    seconds = wait_for_last(server, made.names, started)
    server.stop(quickly=True)
    settled = accounting.wait_for_family()
    cpu = accounting.ended_seconds() - before
    result = {"seconds": seconds, "segments": len(made.names), "cpu_seconds": cpu, "settle_seconds": settled}
    result["cpu_per_gib"] = cpu * GIB / made.byte_count
    if place.s3:
        result["server_cpu_seconds"] = accounting.process_seconds(place.s3.process.pid) - outside
    return result


def wait_for_last(server: Server, names: list[str], started: float) -> float:
    last = server.data / "pg_wal" / "archive_status" / f"{names[-1]}.done"
    limit = started + LIMIT_SECONDS_PER_SEGMENT * len(names) + 60
    while not last.exists():
        if time.monotonic() > limit or server.process.poll() is not None:
            raise Trouble(f"the archiver did not finish:\n{server.last_words()}")
        time.sleep(POLL_SECONDS)
    seconds = time.monotonic() - started
    if unfinished := set(names) - set(server.archive_status(".done")):
        raise Trouble(f"not archived though the last one is: {', '.join(sorted(unfinished))}")
    return seconds


def restore(contender: Contender, place: Place, made: Made) -> str:
    """Brings the first, the middle and the last segment back and compares them; returns a hash of what came back."""
    everything = hashlib.sha256()
    names = made.names
    for name in sorted({names[0], names[len(names) // 2], names[-1]}):
        target = place.data / "pg_wal" / "RESTORED"
        command = contender.fetch(place, name, target)
        place.account.run(command, environment=contender.environment(place), cwd=place.data)
        found = hashlib.sha256(target.read_bytes()).hexdigest()
        if found != made.description["segments"][name]:
            raise Trouble(f'{contender.name}: segment "{name}" came back changed')
        everything.update(found.encode())
        target.unlink()
    return everything.hexdigest()
