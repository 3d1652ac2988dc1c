"""Incremental backups after one page in a hundred has changed, and after none has.

All contenders take a full backup of one server; then the pages change, once; then all take an incremental backup, and
another one of what has not changed since. In between the server's WAL goes to whose turn it is.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

from . import accounting, backups
from .backup import bound, measured, settings, work_on
from .backups import Backup, Site, Trunkline
from .database import SEED, Database, warm
from .place import Account, Trouble
from .programs import program
from .server import Server

SHARE = 0.01
"""Of the pages of the largest table."""
STEPS = ("full", "changed", "unchanged")

TOUCH = """
WITH size AS MATERIALIZED (
    SELECT pg_relation_size('pgbench_accounts') / 8192 AS pages),
chosen AS MATERIALIZED (
    SELECT block FROM size, generate_series(0, pages - 1) AS block
    ORDER BY hashint8extended(block, {seed}) LIMIT (SELECT greatest(1, (pages * {share})::int) FROM size)),
victim AS MATERIALIZED (
    SELECT block, (SELECT min(ctid) FROM pgbench_accounts
        WHERE ctid >= format('(%s,0)', block)::tid AND ctid < format('(%s,0)', block + 1)::tid) AS place FROM chosen),
updated AS (
    UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE ctid = ANY (ARRAY(SELECT place FROM victim))
    RETURNING split_part(trim('(' FROM ctid::text), ',', 1)::bigint AS block)
SELECT count(*), count(*) FILTER (WHERE block IN (SELECT block FROM victim)) FROM updated
"""
"""One row of each chosen page; told are how many, and how many of the new versions are on such a page themselves. Pages
have room (`FILL_FACTOR`), so a new version stays where the old one was, and no index changes."""


def measure(plan, account: Account, work: Path, say, miss) -> list[dict]:
    found = []
    for wanted, made in plan:
        present = []
        for contender in backups.incremental():
            if isinstance(contender, backups.PgBaseBackup) and wanted.major < 17:
                continue
            if reason := contender.missing(account, wanted.major):
                miss(f"incremental: {contender.name} is absent with PostgreSQL {wanted.major}: {reason}")
            else:
                present.append(contender)
        root = account.directory(work / "incremental", mode=0o755)
        try:
            found.append(one_version(present, made, account, root, say))
        finally:
            shutil.rmtree(root, ignore_errors=True)
    return found


def one_version(present: list[Backup], made: Database, account: Account, root: Path, say) -> dict:
    data = work_on(made, root / "pgdata")
    sites = [Site(account, account.directory(root / str(n), mode=0o755), made, data) for n in range(len(present))]
    pairs = list(zip(present, sites))
    for contender, site in pairs:
        account.directory(site.sockets)
        contender.prepare(site)
    result = {"major": made.description["major"], "version": made.description["server_version"], "rows": []}
    for step in STEPS:
        if step == "changed":
            result |= touch(made, data, account, root)
            result["yardstick"] = yardstick(made.data, data)
        for contender, site in pairs:
            row = {"name": contender.name, "step": step} | one_backup(contender, site, step != "full")
            say(f"incremental: PostgreSQL {result['major']}: {step}: {contender.name}: {row['stored_bytes']:,} bytes")
            result["rows"].append(row)
    return result


def one_backup(contender: Backup, site: Site, incremental: bool) -> dict:
    server = Server(site.account, site.data, site.sockets, site.made.binaries)
    server.configure(**settings(site.made), archive_command=contender.archive_command(site))
    before = contender.stored_bytes(site)
    archived = contender.archived_bytes(site)
    warm(site.data)
    os.sync()

    def body():
        server.start(contender.environment(site))
        try:
            return measured(contender, site, contender.backup(site, incremental), family=True)
        finally:
            server.stop()

    result = accounting.apart(body)
    result["bound_bytes"] = bound(contender, site)
    # Archived WAL belongs to no backup.
    archived = contender.archived_bytes(site) - archived
    result["stored_bytes"] = contender.stored_bytes(site) - before - archived
    if isinstance(contender, Trunkline):
        result["told"] = json.loads(result["printed"])
    return result


def touch(made: Database, data: Path, account: Account, root: Path) -> dict:
    """Changes the pages, and has them written."""
    sockets = account.directory(root / "s")
    server = Server(account, data, sockets, made.binaries)
    server.configure(**settings(made), archive_command="/bin/true")

    def body():
        server.start()
        try:
            pages = int(server.query("SELECT pg_relation_size('pgbench_accounts') / 8192"))
            updated, stayed = map(int, server.query(TOUCH.format(seed=SEED, share=SHARE)).split("|"))
            server.query("CHECKPOINT")
        finally:
            server.stop()
        return {"table_pages": pages, "updated": updated, "stayed": stayed}

    return accounting.apart(body)


def yardstick(old: Path, new: Path) -> dict:
    """What block incremental stores of the difference, by its documented rules: see Limit/blocks.c."""
    done = subprocess.run(
        [program("blocks"), old, new, str(backups.LEVEL)], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        raise Trouble(f"blocks: exit {done.returncode}\n{done.stderr}")
    return json.loads(done.stdout)
