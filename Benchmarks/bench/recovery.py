"""Recovery of real segments through each contender's `restore_command`, from the S3 server behind added latency.

Every run has a fresh bucket, which PostgreSQL's archiver fills through the contender itself, untimed and undelayed.
Then the base takes the place of the data directory, the delay is switched on, and the clock runs from the start of the
server until it takes sessions: without hot standby that is when recovery has ended and its last checkpoint is done.
"""

import re
import shutil
import time
from contextlib import ExitStack
from pathlib import Path

from . import accounting
from .contenders import Contender, Place
from .delay import Delay
from .drain import Outside, drain_into, per_gib
from .gateway import Gateway, bucket
from .place import Account, Trouble, flush
from .server import Server
from .workload import Made

LIMIT_SECONDS = 1800
SETTINGS = {
    "archive_mode": "off", "wal_level": "replica", "hot_standby": "off", "shared_buffers": "256MB",
    "max_wal_size": "64GB", "wal_recycle": "off", "checkpoint_timeout": "1d", "autovacuum": "off", "max_wal_senders": 2}
REDO = re.compile(r"redo done at (\w+)/(\w+) system usage: .* elapsed: ([0-9.]+) s")
ROWS = """SELECT (SELECT count(*) FROM pgbench_history) || ' rows, balance ' || sum(abalance) || ' of '
    || (SELECT sum(delta) FROM pgbench_history) FROM pgbench_accounts"""


def recover(
        contender: Contender, made: Made, account: Account, work: Path, number: str, gateway: Gateway | None,
        delay: Delay | None) -> dict:
    """One measured run, on directories and a bucket that are gone afterwards."""
    root = account.directory(work / f"recovery-{number}", mode=0o755)
    try:
        with ExitStack() as stack:
            s3 = stack.enter_context(bucket(gateway, f"recovery-{number}", delay)) if contender.needs_s3 else None
            place = Place(account, root, made.copy(root / "pgdata"), s3)
            contender.prepare(place)
            accounting.apart(lambda: drain_into(contender, place, made))
            shutil.rmtree(place.data)
            made.copy_base(place.data)
            flush(root)
            if s3:
                delay.switch(True)
            return accounting.apart(lambda: measure(contender, place, made))
    finally:
        shutil.rmtree(root, ignore_errors=True)


def measure(contender: Contender, place: Place, made: Made) -> dict:
    server = Server(place.account, place.data, place.account.directory(place.root / "s2"))
    agent = contender.agent(place)
    server.configure(**SETTINGS, restore_command=contender.restore_command(place))
    place.account.file(place.data / "recovery.signal", "")
    begins = server.log.stat().st_size
    if agent:
        # A service of the host, which knows nothing of the recovery to come.
        agent.start()
        agent.mark()
    outside, before, started = Outside(place), accounting.family_seconds(), time.monotonic()
    server.start(contender.environment(place), LIMIT_SECONDS)
    result = {"seconds": time.monotonic() - started, "segments": len(made.names)}
    cpu = accounting.family_seconds() - before
    result |= replayed(server, begins, made)
    server.stop(quickly=True)
    used = agent.stop() if agent else {}
    accounting.wait_for_family()
    return result | used | per_gib(cpu, used, outside, made.byte_count)


def replayed(server: Server, begins: int, made: Made) -> dict:
    """How long the replay took, and that it came to the end: the last segment, and rows that fit together."""
    with open(server.log, errors="replace") as log:
        log.seek(begins)
        done = REDO.search(log.read())
    if not done:
        raise Trouble(f"PostgreSQL does not say that it replayed anything:\n{server.last_words()}")
    high, low, seconds = int(done[1], 16), int(done[2], 16), float(done[3])
    reached = f"{high:08X}{low // (made.description['segment_mib'] << 20):08X}"
    if reached != made.names[-1][8:]:
        raise Trouble(f"recovery ended in {reached}, the last segment is {made.names[-1]}")
    rows = server.query(ROWS)
    balance, total = rows.split("balance ")[1].split(" of ")
    if balance != total:
        raise Trouble(f"the recovered database does not fit together: {rows}")
    return {"redo_seconds": seconds, "rows": rows}
