"""Load with something to check: marked transactions, and pgbench's own invariant."""

import subprocess

from . import process
from .waiting import wait_for


def prepare(server, scale=1):
    server.program("pgbench", "--initialize", "--quiet", "--scale", scale)
    server.sql("create table mark (number int primary key, at timestamptz not null default clock_timestamp())")


def mark(server, number):
    """Commits mark `number`; returns (time, LSN) strictly after it and before whatever comes next."""
    server.sql(f"insert into mark values ({number})")
    row = server.sql("select clock_timestamp(), pg_current_wal_lsn()")
    when, _, where = row.partition("|")
    return when, where


def marks(server):
    return [int(line) for line in server.sql("select number from mark order by number").split()]


def wait_for_mark(server, number):
    """Until a standby has it."""
    there = "select to_regclass('mark') is not null"
    wait_for(f"mark {number} on {server.name}",
             lambda: server.sql(there) == "t" and number in marks(server))


def history_rows(server):
    return int(server.sql("select count(*) from pgbench_history"))


def check_invariant(server):
    """TPC-B: every transaction adds the same amount in four tables, so a torn one would show."""
    sums = server.sql(
        "select (select sum(abalance) from pgbench_accounts), (select sum(bbalance) from pgbench_branches),"
        " (select sum(tbalance) from pgbench_tellers), (select coalesce(sum(delta), 0) from pgbench_history)")
    assert len(set(sums.split("|"))) == 1, sums


class Load:
    """pgbench in the background, as a context."""

    def __init__(self, server, clients=2, seed=42):
        self.server = server
        self.words = [str(server.installation["pgbench"]), "--client", str(clients), "--time", "600", "--no-vacuum",
                      "--random-seed", str(seed), "--host", str(server.sockets), "--username", "postgres", "postgres"]

    def __enter__(self):
        library = {"LD_LIBRARY_PATH": str(self.server.installation.programs.parent / "lib")}
        self.process = subprocess.Popen(
            self.words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=process.environment(self.server.data.parent, library), **self.server.account.popen_arguments())
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)
