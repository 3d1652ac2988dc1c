"""Real WAL: made by pgbench on a throwaway PostgreSQL, kept with a description and a hash of every segment.

What is kept is a cleanly stopped data directory whose complete segments all wait in `archive_status` as `.ready`:
the state of a server whose archiving stood still. And beside it the base: the directory as it was before all of them,
also cleanly stopped, from which these segments can be replayed.
"""

import hashlib
import json
import os
import re
import shutil
import time
from pathlib import Path

from .place import KEPT, Account, Trouble, copy_linked, throwaway
from .plan import Workload
from .server import Server

RECIPE = 4
"""Raised whenever the recipe changes, so that WAL made by an older one is made again."""
SEED = 20_211_107
CLIENTS = 8
LIMIT_SECONDS = 1800
SEGMENT = re.compile(r"[0-9A-F]{24}")

PHASES = [
    # name, checkpoint first, checkpoint_timeout, share of the phase's time, what pgbench runs
    ("tpcb-like, checkpoints", True, "1min", 1, ["-b", "tpcb-like"]),
    ("simple-update, checkpoints", True, "1min", 1, ["-b", "simple-update"]),
    ("tpcb-like and simple-update, no checkpoint", False, "1h", 1, ["-b", "tpcb-like@1", "-b", "simple-update@1"]),
]


class Made:
    """A workload on disk."""

    def __init__(self, root: Path):
        self.data, self.base = root / "pgdata", root / "base"
        self.description = json.loads((root / "description.json").read_text())

    @property
    def names(self) -> list[str]:
        return list(self.description["segments"])

    @property
    def byte_count(self) -> int:
        return len(self.names) * self.description["segment_mib"] << 20

    def segment(self, name: str) -> Path:
        return self.data / "pg_wal" / name

    def copy(self, target: Path) -> Path:
        """A data directory of its own over the same segments, which nobody writes to (`wal_recycle` is off)."""
        names = set(self.names)
        copy_linked(self.data, target, linked=lambda path: path.name in names and path.parent.name == "pg_wal")
        return target

    def copy_base(self, target: Path) -> Path:
        """A data directory of its own, from before the first segment."""
        copy_linked(self.base, target, linked=lambda path: False)
        return target

    def check(self):
        """The segments are still what they were: no contender wrote to the shared files."""
        for name, expected in self.description["segments"].items():
            if digest(self.segment(name)) != expected:
                raise Trouble(f'segment "{name}" changed while it was archived')


def workload(wanted: Workload, account: Account, say) -> Made:
    """The workload, made if it is not kept yet."""
    root = KEPT / "workload" / wanted.name
    recipe = {"recipe": RECIPE, "segment_mib": wanted.segment_mib, "count": wanted.segments, "scale": wanted.scale}
    try:
        made = Made(root)
        if all(made.description.get(key) == value for key, value in recipe.items()):
            return made
    except (OSError, ValueError):
        pass
    shutil.rmtree(root, ignore_errors=True)
    say(f"making {wanted.segments} segments of {wanted.segment_mib} MiB with pgbench (kept in {root})")
    work = throwaway()
    try:
        description = recipe | make(wanted, account, work, say)
        root.mkdir(parents=True)
        for name in ("pgdata", "base") if wanted.replayed else ("pgdata",):
            copy_linked(work / name, root / name, linked=lambda path: False)
        (root / "description.json").write_text(json.dumps(description, indent=1) + "\n")
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return Made(root)


def make(wanted: Workload, account: Account, work: Path, say) -> dict:
    account.own(work)
    server = Server(account, work / "pgdata", account.directory(work / "s"))
    server.initialise(wanted.segment_mib)
    settings = server_settings(wanted)
    # The initial load is archived into nothing; only what comes after it is kept.
    server.configure(**settings, archive_command="/bin/true")
    server.start()
    try:
        loaded = load(server, wanted)
        server.stop()
        if wanted.replayed:
            keep_base(server, loaded, work / "base")
        server.configure(**settings, archive_command="")
        server.start()
        runs = run_phases(server, wanted, settings, loaded, say)
        names = complete(server, loaded)[: wanted.segments]
        server.query("DROP TABLE pgbench_accounts, pgbench_branches, pgbench_history, pgbench_tellers")
        version = server.query("SHOW server_version")
    finally:
        server.stop()
    keep_only(server, names)
    segments = {name: digest(server.data / "pg_wal" / name) for name in names}
    return {
        "server_version": version, "phases": runs, "records": statistics(server, names), "segments": segments,
        "hash": hashlib.sha256("".join(segments.values()).encode()).hexdigest()}


def server_settings(wanted: Workload) -> dict:
    """Nothing removes or re-uses a segment, and commits do not wait: that changes the speed of making, not the WAL."""
    return {
        "wal_level": "replica", "archive_mode": "on", "full_page_writes": "on", "synchronous_commit": "off",
        "shared_buffers": "256MB", "min_wal_size": f"{2 * max(wanted.segment_mib, 40)}MB", "max_wal_size": "64GB",
        "wal_keep_size": "64GB", "wal_recycle": "off", "autovacuum": "on", "max_wal_senders": 2,
        "checkpoint_timeout": "1h"}


def load(server: Server, wanted: Workload) -> str:
    """Loads the tables and returns the last segment that the load touched."""
    server.pgbench("-i", "-q", "-s", str(wanted.scale))
    server.query("CHECKPOINT")
    return server.query("SELECT pg_walfile_name(pg_switch_wal())")


def keep_base(server: Server, loaded: str, target: Path):
    """Copies the stopped server; of its WAL only the segment where it stopped, with which the first one begins."""
    copy_linked(server.data, target, linked=lambda path: False)
    for folder in (target / "pg_wal", target / "pg_wal" / "archive_status"):
        for entry in folder.iterdir():
            if entry.is_file() and entry.name <= f"{loaded}.":
                entry.unlink()


def run_phases(server: Server, wanted: Workload, settings: dict, loaded: str, say) -> list[dict]:
    runs, deadline = [], time.monotonic() + LIMIT_SECONDS
    while (have := len(complete(server, loaded))) < wanted.segments:
        if time.monotonic() > deadline:
            raise Trouble(f"only {have} of {wanted.segments} segments after {LIMIT_SECONDS} s of pgbench")
        name, checkpoint, timeout, share, what = PHASES[len(runs) % len(PHASES)]
        server.configure(**(settings | {"checkpoint_timeout": timeout}), archive_command="")
        if checkpoint:
            server.query("CHECKPOINT")
        started = time.monotonic()
        seconds = max(1, round(share * wanted.phase_seconds))
        server.pgbench(
            *what, "-c", str(CLIENTS), "-j", "2", "-T", str(seconds), "-s", str(wanted.scale),
            f"--random-seed={SEED + len(runs)}")
        now = len(complete(server, loaded))
        runs.append({"load": name, "seconds": round(time.monotonic() - started, 1), "segments": now - have})
        say(f"  {name}: {now} of {wanted.segments}")
    return runs


def complete(server: Server, loaded: str) -> list[str]:
    """Segments begun after the initial load and finished since."""
    return [name for name in server.archive_status(".ready") if SEGMENT.fullmatch(name) and name > loaded]


def keep_only(server: Server, names: list[str]):
    """Leaves exactly `names` waiting, and of the other segments only those the stopped server needs to start again."""
    status = server.data / "pg_wal" / "archive_status"
    for entry in status.iterdir():
        if entry.name.removesuffix(".ready") not in names:
            entry.unlink()
    needed = control_value(server, "Latest checkpoint's REDO WAL file")
    for entry in (server.data / "pg_wal").iterdir():
        if SEGMENT.fullmatch(entry.name) and entry.name not in names:
            if entry.name < needed:
                entry.unlink()
            else:
                server.account.file(status / f"{entry.name}.done", "")


def control_value(server: Server, label: str) -> str:
    text = server.account.run([server.binaries / "pg_controldata", "-D", server.data])
    return next(line.split(":", 1)[1].strip() for line in text.splitlines() if line.startswith(label))


def statistics(server: Server, names: list[str]) -> dict:
    """How much of the WAL is records and how much full-page images, as pg_waldump counts it."""
    text = server.account.run([
        server.binaries / "pg_waldump", "--stats", "-p", server.data / "pg_wal", names[0], names[-1]])
    total = re.search(r"^Total +(\d+) +(\d+) +\[[^]]*\] +(\d+)", text, re.MULTILINE)
    if not total:
        raise Trouble(f"pg_waldump says nothing about {names[0]}…{names[-1]}:\n{text}")
    records, record_bytes, image_bytes = map(int, total.groups())
    return {
        "records": records, "record_bytes": record_bytes, "image_bytes": image_bytes,
        "image_share": round(image_bytes / max(1, image_bytes + record_bytes), 3)}


def digest(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def stream(made: Made, target: Path, byte_count: int) -> Path:
    """One file of `byte_count` bytes: the segments end to end, as often as it takes."""
    left = byte_count
    with open(target, "wb") as output:
        while left > 0:
            for name in made.names:
                part = made.segment(name).read_bytes()[:left]
                output.write(part)
                left -= len(part)
                if left == 0:
                    break
        os.fsync(output.fileno())
    target.chmod(0o644)
    return target
