"""Backup and restore of a running server, side by side, with a check of everything that comes back.

Every run of a contender has a fresh repository and the same data directory under a server of its own, whose WAL goes
to that repository. The clock runs from the start of the command to its exit: the checkpoint that begins a backup and
the wait for the last WAL segment are part of everybody's time.
"""

import json
import os
import random
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from . import accounting
from .backups import Backup, Site, Trunkline
from .database import NOT_BACKED_UP, SEED, Database, content, digest, warm
from .gateway import Gateway
from .place import Account, Trouble, tail
from .plan import GIB, MIB, Plan
from .programs import program
from .server import Server

TOTAL = re.compile(r"(\d+) KiB  in all$", re.MULTILINE)
"""The last line of what `--explain-memory` prints."""
LIVE = ("global/pg_control", "pg_stat", "pg_logical", "pg_subtrans", "pg_notify", "postmaster.pid", "postmaster.opts")
"""What a server writes while it merely runs: no use in comparing it. Hint bits and pages were settled before."""


class Round:
    """One contender, once: from an empty repository to a directory that was compared."""

    def __init__(self, contender: Backup, site: Site, plan: Plan):
        self.contender, self.site, self.plan = contender, site, plan
        site.account.directory(site.sockets)
        self.server = Server(site.account, site.data, site.sockets, site.made.binaries)

    def prepare(self):
        self.contender.prepare(self.site)
        command = self.contender.archive_command(self.site)
        self.server.configure(**settings(self.site.made), archive_command=command)

    def backup(self) -> dict:
        """Measured: one full backup."""
        before = self.contender.stored_bytes(self.site)
        archived = self.contender.archived_bytes(self.site)
        warm(self.site.data)
        os.sync()
        result = accounting.apart(lambda: self._backup_apart())
        # Archived WAL belongs to no backup.
        archived = self.contender.archived_bytes(self.site) - archived
        result["stored_bytes"] = self.contender.stored_bytes(self.site) - before - archived
        result["bound_bytes"] = bound(self.contender, self.site)
        return complete(result, self.site.made.byte_count)

    def _backup_apart(self) -> dict:
        self.server.start(self.contender.environment(self.site))
        try:
            return measured(self.contender, self.site, self.contender.backup(self.site), family=True)
        finally:
            self.server.stop()

    def restore(self) -> dict:
        """Measured: the same directory again, in an empty place."""
        target = self.site.account.directory(self.site.root / "restored")
        os.sync()
        command = self.contender.restore(self.site, target)
        result = accounting.apart(lambda: measured(self.contender, self.site, command))
        result["compared"] = compare(self.site.data, target, self.plan.samples)
        if self.plan.starts and self.contender.starts:
            accounting.apart(lambda: self._start(target))
        return complete(result, self.site.made.byte_count)

    def _start(self, target: Path) -> dict:
        """A server recovers what was restored, and has all rows."""
        verify_manifest(self.contender, self.site, target)
        sockets = self.site.account.directory(self.site.root / "s2")
        server = Server(self.site.account, target, sockets, self.site.made.binaries)
        server.start(self.contender.environment(self.site))
        try:
            rows = int(server.query("SELECT count(*) FROM pgbench_accounts"))
        finally:
            server.stop()
        if rows != (wanted := self.site.made.description["scale"] * 100_000):
            raise Trouble(f"{self.contender.name}: the restored server has {rows} of {wanted} accounts")
        return {"rows": rows}


def settings(made: Database) -> dict:
    """A server that writes nothing by itself."""
    found = {
        "archive_mode": "on", "wal_level": "replica", "max_wal_senders": 4, "autovacuum": "off",
        "checkpoint_timeout": "1d", "shared_buffers": "128MB", "max_wal_size": "8GB", "wal_recycle": "off"}
    return found | ({"summarize_wal": "on"} if made.description["major"] >= 17 else {})


def measured(contender: Backup, site: Site, command: list, family=False) -> dict:
    """Runs a command under `peak`; with `family`, the CPU time of server and archiver during it counts too."""
    with tempfile.TemporaryFile("w+") as answer, tempfile.TemporaryFile("w+") as said:
        outside = site.s3.cpu_seconds() if site.s3 else 0.0
        before = accounting.family_seconds()
        redirect = ["/bin/sh", "-c", f'exec 3>&{answer.fileno()}; exec "$@"', "sh"]
        done = subprocess.run(
            [*redirect, str(site.reachable(program("peak"))), *map(str, command)], pass_fds=[answer.fileno()],
            cwd="/", env=contender.environment(site), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said,
            text=True, **site.account.spawn)
        cpu = accounting.family_seconds() - before
        said.seek(0)
        if done.returncode != 0:
            words = " ".join(map(str, command))
            raise Trouble(f"{words}: exit {done.returncode}\n{tail(said.read() + done.stdout)}")
        answer.seek(0)
        result = json.load(answer) | {"printed": done.stdout if isinstance(contender, Trunkline) else ""}
    result["cpu_seconds"] = max(cpu, result["cpu_seconds"]) if family else result["cpu_seconds"]
    if site.s3:
        result["server_cpu_seconds"] = site.s3.cpu_seconds() - outside
    return result


def complete(result: dict, byte_count: int) -> dict:
    result["mib_per_second"] = byte_count / MIB / result["seconds"]
    result["cpu_per_gib"] = result["cpu_seconds"] * GIB / byte_count
    return result


def bound(contender: Backup, site: Site) -> int | None:
    """The total that `--explain-memory` prints, in bytes; nobody else promises one."""
    if not isinstance(contender, Trunkline):
        return None
    text = site.account.run(contender.explain_memory(site), environment=contender.environment(site))
    total = TOTAL.search(text)
    if not total:
        raise Trouble(f"--explain-memory prints no total:\n{text}")
    return int(total[1]) << 10


def compare(data: Path, target: Path, samples: int) -> int:
    """Names and sizes of all files, and the contents of the largest and of some others; returns how many."""
    names, found = comparable(data), comparable(target)
    if names.keys() - found.keys():
        raise Trouble(f"not restored: {', '.join(sorted(names.keys() - found.keys())[:5])}")
    if wrong := [name for name, size in names.items() if found[name] != size]:
        raise Trouble(f"restored with another size: {', '.join(wrong[:5])}")
    largest = max(names, key=names.get)
    others = random.Random(SEED).sample(sorted(names), min(samples, len(names)))
    for name in {largest, *others}:
        if digest(data / name) != digest(target / name):
            raise Trouble(f'restored with another content: "{name}"')
    return len({largest, *others})


def comparable(data: Path) -> dict[str, int]:
    """Names and sizes of the relations' files, which an idle server leaves alone, but for what all tools leave out."""
    found = {}
    for path in content(data):
        name = str(path.relative_to(data))
        ours = name.startswith(("base/", "global/", "pg_xact/")) and not name.endswith("pg_internal.init")
        if ours and not name.startswith(LIVE) and "/pgsql_tmp" not in name:
            found[name] = path.stat().st_size
    return found


def verify_manifest(contender: Backup, site: Site, target: Path):
    """PostgreSQL's own check, where there is a manifest: ours always has one."""
    if isinstance(contender, Trunkline) or (target / "backup_manifest").exists():
        site.account.run([site.made.binaries / "pg_verifybackup", "-n", target])


def work_on(made: Database, data: Path) -> Path:
    """A copy of the database that servers may run on."""
    made.copy(data)
    for name in set(NOT_BACKED_UP) - {"pg_wal"}:
        (data / name).unlink(missing_ok=True)
    return data


def one_round(
        contender: Backup, made: Database, data: Path, plan: Plan, account: Account, work: Path, s3: Gateway | None,
        restoring: str | None) -> tuple[dict, dict | None]:
    """Backup and, unless `restoring` says why not, restore; all that was written is gone afterwards."""
    root = account.directory(work / "round", mode=0o755)
    try:
        if contender.needs_s3:
            s3.make_bucket(contender.bucket)
        current = Round(contender, Site(account, root, made, data, s3 if contender.needs_s3 else None), plan)
        current.prepare()
        return current.backup(), None if restoring else current.restore()
    finally:
        if contender.needs_s3:
            s3.remove_bucket(contender.bucket)
        shutil.rmtree(root, ignore_errors=True)
