"""pgbench at full speed with and without archiving: what waits in pg_wal, what the agent needs, what it costs."""

import os
import re
import shutil
import threading
import time
from contextlib import ExitStack
from pathlib import Path

from . import accounting
from .contenders import Contender, Place
from .drain import Outside, per_gib
from .gateway import Gateway, bucket
from .ours import Trunkline
from .place import Account, Trouble, flush
from .server import Server
from .workload import SEGMENT, Made

CLIENTS = 8
SEED = 20_260_701
SAMPLE_SECONDS = 0.1
SETTLE_SECONDS = 600
SETTINGS = {
    "archive_mode": "on", "wal_level": "replica", "shared_buffers": "256MB", "max_wal_size": "1GB",
    "checkpoint_timeout": "5min", "synchronous_commit": "off", "wal_compression": "off", "max_wal_senders": 2,
    "wal_keep_size": 0}
"""Commits do not wait for the disk: as much WAL as the cores can make."""
WAL_SEGMENTS_MAX = 128
"""What pg_wal may hold: the 64 segments of max_wal_size, and as many again for what waits."""
TOTAL = re.compile(r"(\d+) KiB  in all$", re.MULTILINE)
"""The last line of what `--explain-memory` prints."""
TPS = re.compile(r"^tps = ([0-9.]+) ", re.MULTILINE)


def burst(
        contender: Contender, made: Made, seconds: int, account: Account, work: Path, number: str,
        gateway: Gateway | None) -> dict:
    root = account.directory(work / f"burst-{number}", mode=0o755)
    try:
        with ExitStack() as stack:
            s3 = stack.enter_context(bucket(gateway, f"burst-{number}")) if contender.needs_s3 else None
            place = Place(account, root, made.copy_base(root / "pgdata"), s3)
            contender.prepare(place)
            flush(root)
            result = accounting.apart(lambda: measure(contender, place, made, seconds))
            result["bound_bytes"] = bound(contender, place)
            return result
    finally:
        shutil.rmtree(root, ignore_errors=True)


def measure(contender: Contender, place: Place, made: Made, seconds: int) -> dict:
    server = Server(place.account, place.data, place.account.directory(place.root / "s"))
    agent = contender.agent(place)
    server.configure(**SETTINGS, **contender.settings(place))
    if agent:
        agent.start()
        agent.mark()
    server.start(contender.environment(place))
    outside, before = Outside(place), accounting.family_seconds()
    first = written_bytes(server)
    with Watch(server) as watch:
        said = server.pgbench(
            "-b", "tpcb-like", "-M", "prepared", "-c", str(CLIENTS), "-j", "2", "-T", str(seconds),
            "-s", str(made.description["scale"]), f"--random-seed={SEED}")
    wal_bytes = written_bytes(server) - first
    settled = settle(server)
    cpu = accounting.family_seconds() - before
    archived, failed = (
        int(server.query(f"SELECT {column}_count FROM pg_stat_archiver")) for column in ("archived", "failed"))
    server.stop(quickly=True)
    used = agent.stop() if agent else {}
    accounting.wait_for_family()
    result = {"tps": float(TPS.search(said)[1]), "wal_bytes": wal_bytes, "pgbench_seconds": seconds}
    result |= {"archived": archived, "failed": failed, "settle_seconds": settled, **watch.summary()}
    return result | used | per_gib(cpu, used, outside, wal_bytes)


class Watch:
    """Counts what is in pg_wal, ten times a second."""

    def __init__(self, server: Server):
        self.server, self.samples, self.ends = server, [], threading.Event()
        self.thread = threading.Thread(target=self._run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ends.set()
        self.thread.join()

    def _run(self):
        while not self.ends.wait(SAMPLE_SECONDS):
            names = os.listdir(self.server.data / "pg_wal")
            segments = sum(SEGMENT.fullmatch(name) is not None for name in names)
            self.samples.append((segments, len(self.server.archive_status(".ready"))))

    def summary(self) -> dict:
        """The largest and the usual, and one sample of every second."""
        segments, waiting = zip(*self.samples)
        return {
            "segments_most": max(segments), "waiting_most": max(waiting),
            "waiting_median": sorted(waiting)[len(waiting) // 2],
            "over_time": self.samples[::round(1 / SAMPLE_SECONDS)]}


def written_bytes(server: Server) -> int:
    return int(server.query("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint"))


def settle(server: Server) -> float:
    """Seconds until everything is archived, the segment that was being written included."""
    started = time.monotonic()
    last = server.query("SELECT pg_walfile_name(pg_switch_wal())")
    while server.archive_status(".ready") or not (server.data / "pg_wal/archive_status" / f"{last}.done").exists():
        if time.monotonic() - started > SETTLE_SECONDS:
            raise Trouble(f"the archiver did not finish:\n{server.last_words()}")
        time.sleep(SAMPLE_SECONDS / 10)
    return time.monotonic() - started


def bound(contender: Contender, place: Place) -> int | None:
    """The total that `trunkline agent --explain-memory` prints, in bytes."""
    if not isinstance(contender, Trunkline) or not contender.agent(place):
        return None
    text = place.account.run(
        contender.explain_agent_memory(place), environment=contender.environment(place), cwd=place.data)
    total = TOTAL.search(text)
    if not total:
        raise Trouble(f"--explain-memory prints no total:\n{text}")
    return int(total[1]) << 10
