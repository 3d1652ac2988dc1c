"""A real database: made by pgbench with data checksums, cleanly stopped, and kept with a description and a hash."""

import hashlib
import json
import os
import shutil
import time
from pathlib import Path

from .place import KEPT, Account, copy_linked, postgres_of, throwaway
from .plan import Cluster
from .server import Server

RECIPE = 1
"""Raised whenever the recipe changes, so that a database made by an older one is made again."""
SEED = 19_960_708
CLIENTS = 8
FILL_FACTOR = 90
"""Room on every page, so that an update stays on it and touches no index: see incremental.py."""
NOT_BACKED_UP = ("pg_wal", "postmaster.pid", "postmaster.opts")
"""Entries of a data directory that count neither as content nor as work: WAL is archived, the others are gone."""


class Database:
    """A database on disk."""

    def __init__(self, root: Path):
        self.data = root / "pgdata"
        self.description = json.loads((root / "description.json").read_text())

    @property
    def binaries(self) -> Path:
        return postgres_of(self.description["major"])

    @property
    def byte_count(self) -> int:
        return self.description["bytes"]

    def copy(self, target: Path) -> Path:
        copy_linked(self.data, target, linked=lambda path: False)
        return target


def database(wanted: Cluster, account: Account, say) -> Database:
    """The database, made if it is not kept yet."""
    root = KEPT / "database" / wanted.name
    recipe = {
        "recipe": RECIPE, "major": wanted.major, "scale": wanted.scale, "transactions": wanted.transactions,
        "fill_factor": FILL_FACTOR}
    try:
        made = Database(root)
        if all(made.description.get(key) == value for key, value in recipe.items()):
            return made
    except (OSError, ValueError):
        pass
    shutil.rmtree(root, ignore_errors=True)
    say(f"making a database of scale {wanted.scale} with PostgreSQL {wanted.major} and pgbench (kept in {root})")
    work = throwaway()
    try:
        description = recipe | make(wanted, account, work)
        root.mkdir(parents=True)
        shutil.move(work / "pgdata", root / "pgdata")
        (root / "description.json").write_text(json.dumps(description, indent=1) + "\n")
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return Database(root)


def make(wanted: Cluster, account: Account, work: Path) -> dict:
    account.own(work)
    started = time.monotonic()
    server = Server(account, work / "pgdata", account.directory(work / "s"), postgres_of(wanted.major))
    server.initialise(16, "--data-checksums")
    # The load goes past the WAL, which nobody needs; only its pages count.
    server.configure(**settings(), wal_level="minimal", max_wal_senders=0)
    server.start()
    try:
        server.pgbench("-i", "-q", "-s", str(wanted.scale), "-F", str(FILL_FACTOR))
        server.pgbench(
            "-b", "tpcb-like", "-c", str(CLIENTS), "-j", "2", "-t", str(wanted.transactions // CLIENTS),
            f"--random-seed={SEED}")
        # Hint bits and visibility are settled now, so that an idle server changes no page any more.
        server.query("VACUUM (FREEZE, ANALYZE)")
        server.query("CHECKPOINT")
        version = server.query("SHOW server_version")
    finally:
        server.stop()
    files = content(server.data)
    return {
        "server_version": version.split()[0], "seconds": round(time.monotonic() - started), "files": len(files),
        "bytes": sum(path.stat().st_size for path in files), "hash": digest_of(server.data, files)}


def settings() -> dict:
    return {
        "synchronous_commit": "off", "shared_buffers": "512MB", "maintenance_work_mem": "512MB", "max_wal_size": "8GB",
        "checkpoint_timeout": "1h", "autovacuum": "off", "wal_recycle": "off"}


def content(data: Path) -> list[Path]:
    """The files of a data directory that a backup is about, in order."""
    found = []
    for top, folders, files in os.walk(data):
        if Path(top) == data:
            folders[:] = [name for name in folders if name not in NOT_BACKED_UP]
            files = [name for name in files if name not in NOT_BACKED_UP]
        found += [Path(top, name) for name in files]
    return sorted(found)


def digest_of(data: Path, files: list[Path]) -> str:
    """One hash over names and contents."""
    whole = hashlib.sha256()
    for path in files:
        whole.update(f"{path.relative_to(data)}\0{digest(path)}\n".encode())
    return whole.hexdigest()


def digest(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def warm(data: Path):
    """Brings a directory into the page cache, where every contender shall find it."""
    buffer = bytearray(4 << 20)
    for path in content(data):
        with open(path, "rb", buffering=0) as file:
            while file.readinto(buffer):
                pass
