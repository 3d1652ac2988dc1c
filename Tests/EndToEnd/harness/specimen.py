"""Genuine WAL files of every kind, made once by a real server, for tests that need no server of their own."""

import dataclasses
import pathlib

from . import process
from .postgres import Server
from .waiting import wait_for


@dataclasses.dataclass(frozen=True)
class Specimen:
    """A stopped cluster and the files its archiver was given, kept with plain cp."""

    data: pathlib.Path
    files: pathlib.Path
    system_identifier: str

    @property
    def segments(self):
        return sorted(name for name in self.names() if len(name) == 24)

    def names(self):
        return sorted(path.name for path in self.files.iterdir())

    def one(self, suffix):
        """The only file of a kind: ".history", ".partial", ".backup"."""
        found = [name for name in self.names() if name.endswith(suffix)]
        assert found, f"no {suffix} among {self.names()}"
        return found[0]

    def content(self, name):
        return (self.files / name).read_bytes()

    def desk(self, account, folder, ready=()):
        """A small stand-in for a data directory: control file, and pg_wal with what `ready` names, waiting."""
        desk = account.make_directory(folder)
        for part in ("global", "pg_wal", "pg_wal/archive_status"):
            account.make_directory(desk / part)
        account.write(desk / "PG_VERSION", (self.data / "PG_VERSION").read_bytes())
        account.write(desk / "global/pg_control", (self.data / "global/pg_control").read_bytes())
        for name in ready:
            self.place(account, desk, name)
        return desk

    def place(self, account, desk, name, content=None):
        # Whole at once, as an agent may be looking.
        whole = account.write(desk / "placing", self.content(name) if content is None else content)
        whole.rename(desk / "pg_wal" / name)
        account.write(desk / "pg_wal/archive_status" / f"{name}.ready", b"")
        return f"pg_wal/{name}"


def make_specimen(installation, folder, account, segments=8, segment_mib=1):
    """Two timelines, `segments` full segments on the first, a backup label file, and the partial of a promotion."""
    files = account.make_directory(folder / "files")
    keep = {"archive_mode": "on", "archive_command": f"test ! -e {files}/%f && cp %p {files}/%f"}
    first = Server.initialise(installation, folder / "first", account, segment_mib=segment_mib, settings=keep,
                              name="specimen").start()
    try:
        first.base_backup(folder / "second")
        first.sql("create table filler (text text)")
        for number in range(segments):
            first.sql(f"insert into filler select md5((g * {number})::text) from generate_series(1, 6000) g")
            first.switch_wal()
        first.archive_everything()
        first.sql("insert into filler values ('in the segment that promotion makes partial')")
        last = first.sql("select pg_walfile_name(pg_current_wal_lsn())")
        # A last segment that is found in pg_wal, not in the archive, is what promotion renames and archives.
        # A shutdown would archive it.
        first.kill()
        second = Server(installation, folder / "second", account, "specimen on timeline 2")
        process.copy_tree(first.data / "pg_wal" / last, second.data / "pg_wal" / last)
        second.configure({"restore_command": f"cp {files}/%f %p", "unix_socket_directories": str(second.sockets)})
        second.signal_file("recovery.signal")
        try:
            second.start()
            wait_for("the files of the second timeline",
                     lambda: {"history", "partial"} <= {path.name.rpartition(".")[2] for path in files.iterdir()})
            system_identifier = second.system_identifier
        finally:
            second.stop()
    finally:
        first.kill()
    return Specimen(first.data, files, system_identifier)
