"""PostgreSQL's own archiver draining a backlog of real segments through each contender.

Every run starts a server on its own copy of one data directory whose segments wait as `.ready`. The archiver is held at
a gate (archiver.py); an agent, if there is one, is started when the clock is, unless it is given a head start. Then the
gate opens, and the clock runs until the last segment is `.done`.
"""

import hashlib
import shutil
import time
from contextlib import ExitStack
from pathlib import Path

from . import accounting
from .archiver import Archiver, wait_for_last
from .contenders import Contender, Place
from .delay import Delay
from .gateway import Gateway, bucket
from .place import Account, Trouble, flush
from .plan import GIB
from .server import Server
from .workload import Made

POLL_SECONDS = 0.01
LIMIT_SECONDS_PER_SEGMENT = 10
SETTINGS = {
    "archive_mode": "on", "wal_level": "replica", "shared_buffers": "16MB", "wal_keep_size": "64GB",
    "max_wal_size": "64GB", "wal_recycle": "off", "checkpoint_timeout": "1d", "autovacuum": "off", "max_wal_senders": 2}


def drain(
        contender: Contender, made: Made, account: Account, work: Path, number: int, gateway: Gateway | None = None,
        delay: Delay | None = None) -> dict:
    """One measured run, on directories and a bucket that are gone afterwards."""
    root = account.directory(work / f"drain-{number}", mode=0o755)
    try:
        with ExitStack() as stack:
            s3 = stack.enter_context(bucket(gateway, f"drain-{number}", delay)) if contender.needs_s3 else None
            place = Place(account, root, made.copy(root / "pgdata"), s3)
            contender.prepare(place)
            before = contender.stored_bytes(place) if contender.stores else 0
            flush(root)
            if delay:
                delay.switch(True)
            result = accounting.apart(lambda: measure(contender, place, made))
            if delay:
                delay.switch(False)
            if contender.stores:
                result["stored_bytes"] = contender.stored_bytes(place) - before
                result["restored"] = restore(contender, place, made)
            return result
    finally:
        shutil.rmtree(root, ignore_errors=True)


def measure(contender: Contender, place: Place, made: Made) -> dict:
    archiver, agent, open_most = Archiver(place.account, place.root), contender.agent(place), 0
    server = Server(place.account, place.data, place.account.directory(place.root / "s"))
    server.configure(**SETTINGS, **contender.settings(place))
    server.start(contender.environment(place) | archiver.environment)
    if agent and contender.ahead:
        agent.start()
        agent.wait_until_quiet()
        agent.mark()
    outside, before = Outside(place), accounting.family_seconds()
    started = time.monotonic()
    if agent and not contender.ahead:
        agent.start()
    archiver.open()

    def look():
        nonlocal open_most
        open_most = max(open_most, place.s3.connections() if place.s3 else 0)

    wait_for_last(server, made.names, LIMIT_SECONDS_PER_SEGMENT * len(made.names) + 60, POLL_SECONDS, look)
    result = archiver.seen(made.names, started)
    server.stop(quickly=True)
    used = agent.stop() if agent else {}
    result |= {"segments": len(made.names), "settle_seconds": accounting.wait_for_family(), "connections": open_most}
    cpu = accounting.ended_seconds() - before
    return result | used | per_gib(cpu, used, outside, made.byte_count)


def drain_into(contender: Contender, place: Place, made: Made) -> dict:
    """The same without measuring: the repository gets all segments."""
    result = measure(contender, place, made)
    return {"seconds": result["seconds"]}


class Outside:
    """What the S3 server and the delaying proxy use, who are no children of the measured run."""

    def __init__(self, place: Place):
        self.s3 = place.s3
        self.server, self.delay = self._now()

    def _now(self) -> tuple[float, float]:
        if not self.s3:
            return 0.0, 0.0
        return self.s3.gateway.cpu_seconds(), self.s3.delay.cpu_seconds() if self.s3.delay else 0.0

    def since(self) -> dict:
        server, delay = self._now()
        found = {"server": server - self.server} if self.s3 else {}
        return found | ({"delay": delay - self.delay} if self.s3 and self.s3.delay else {})


def per_gib(cpu_seconds: float, used: dict, outside: Outside, byte_count: int) -> dict:
    """CPU seconds per GiB of WAL: of server, archiver and commands; and apart from it of agent, S3 server and proxy."""
    agent = used.get("agent_cpu_seconds")
    found = {"cpu_per_gib": cpu_seconds - (agent or 0.0)}
    if agent is not None:
        found["agent_cpu_per_gib"] = agent
    found |= {f"{name}_cpu_per_gib": seconds for name, seconds in outside.since().items()}
    return {name: seconds * GIB / byte_count for name, seconds in found.items()}


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
