"""A repository with two backups and WAL, made once by a real server, for tests that need no server that runs.

    mark 1, the first backup (full), mark 2, mark 3, the second backup (incremental),
    mark 4, restore point "after four", mark 5, mark 6, mark 7, the end
"""

import dataclasses
import pathlib

from . import process, workload
from .postgres import Server
from .repositories import LocalRepository
from .trunkline import Trunkline
from .waiting import wait_for

ANNOTATION = ("ticket", "A-17")
RESTORE_POINT = "after four"
LAST_MARK = 7


@dataclasses.dataclass(frozen=True)
class Point:
    """Right after a mark was committed."""

    time: str
    lsn: str
    xid: str
    segment: str


@dataclasses.dataclass(frozen=True)
class Vault:
    major: int
    tool: Trunkline
    data: pathlib.Path  # of the server that was backed up, stopped
    first: dict  # what the backups said of themselves
    second: dict
    points: dict  # mark: Point

    def copy(self, folder):
        """Another repository and configuration with the same in them, and a state directory that is not there yet."""
        account = self.tool.account
        place = account.make_directory(folder / "vault")
        process.copy_tree(self.tool.repository.folder, place / "repository")
        repository = LocalRepository(account, place / "repository")
        home = account.make_directory(place / "trunkline")
        tool = Trunkline(self.tool.program, account, home, [repository], self.tool.cluster)
        tool.identity = self.tool.identity
        text = self.tool.config.read_text().replace(self.tool.repository.url, repository.url)
        account.write(tool.config, text.replace(str(self.tool.state), str(tool.state)))
        return dataclasses.replace(self, tool=tool)

    @property
    def packs(self):
        return self.tool.keys_of("packs")


def committed(server, number):
    """Mark `number`, with the transaction that made it."""
    xid = server.sql(f"begin; insert into mark values ({number}); select pg_current_xact_id(); commit")
    row = server.sql("select clock_timestamp(), pg_current_wal_lsn(), pg_walfile_name(pg_current_wal_lsn())")
    return Point(*row.split("|")[:2], xid, row.split("|")[2])


def wait_for_next_second(server):
    """A backup tells when it ended to the second; what comes in the same one may be before or after it."""
    second = "select date_trunc('second', clock_timestamp())"
    now = server.sql(second)
    wait_for("the clock to move on", lambda: server.sql(second) != now)


def make_vault(installation, folder, account, program):
    server = Server.initialise(installation, folder / "primary", account, name="the vault's primary", settings={
        "summarize_wal": "on"} if installation.major >= 17 else None)
    tool = Trunkline(program, account, folder / "trunkline", [LocalRepository(account, folder / "repository")])
    try:
        tool.init(server.data)
        tool.connect(server)
        server.configure({"archive_mode": "on", "archive_command": tool.archive_command()})
        server.start()
        workload.prepare(server)
        points = {1: committed(server, 1)}
        first = tool.backup("--annotation", "=".join(ANNOTATION))
        wait_for_next_second(server)
        for number in (2, 3):
            points[number] = committed(server, number)
            server.switch_wal()
        second = tool.backup()
        wait_for_next_second(server)
        points[4] = committed(server, 4)
        server.restore_point(RESTORE_POINT)
        for number in range(5, LAST_MARK + 1):
            server.switch_wal()
            points[number] = committed(server, number)
        server.archive_everything()
        server.stop()
    finally:
        server.kill()
    return Vault(installation.major, tool, server.data, first, second, points)
