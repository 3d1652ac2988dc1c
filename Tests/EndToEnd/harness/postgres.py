"""Throwaway PostgreSQL servers of several versions: sockets in a temporary directory, no TCP, no root."""

import os
import pathlib
import signal
import struct
import subprocess

from . import process
from .waiting import TooLate, wait_for

ROOT = pathlib.Path(__file__).resolve().parents[3]
DEBIAN = pathlib.Path("/usr/lib/postgresql")

# Small and quick. fsync = off speaks of the server's own files only: what is archived is not at stake.
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "20",
    "shared_buffers": "32MB",
    # In the data directory, which goes with the test: a killed server leaves what it has in /dev/shm for ever.
    "dynamic_shared_memory_type": "mmap",
    "fsync": "off",
    "autovacuum": "off",
    "jit": "off",
    "wal_level": "replica",
    "max_wal_senders": "5",
    "hot_standby": "on",
    "wal_retrieve_retry_interval": "100ms",
    "log_line_prefix": "%m [%p] ",
    "log_min_messages": "info",
    "log_checkpoints": "off",
    "timezone": "UTC",
}


class Installation:
    """The programs of one major version."""

    def __init__(self, major, programs):
        self.major = major
        self.programs = pathlib.Path(programs)

    def __getitem__(self, name):
        return self.programs / name

    @staticmethod
    def find(major):
        for folder in (ROOT / ".build/postgresql" / str(major) / "bin", DEBIAN / str(major) / "bin"):
            if (folder / "postgres").exists():
                return Installation(major, folder)
        raise FileNotFoundError(f"PostgreSQL {major} is not installed: run contrib/setup test")

    def reachable_for(self, account, shelter):
        """Itself, or a copy below `shelter` where the account may not walk to it (a checkout in root's home, say)."""
        probe = ["test", "-x", str(self["postgres"])]
        if subprocess.run(probe, check=False, **account.popen_arguments()).returncode == 0:
            return self
        copy = shelter / f"postgresql-{self.major}"
        if not copy.exists():
            process.copy_tree(self.programs.resolve().parent, copy)
        return Installation(self.major, copy / "bin")


def quoted(value):
    return "'" + str(value).replace("'", "''") + "'"


class Server:
    """One data directory and the server on it."""

    def __init__(self, installation, data, account, name="server"):
        self.installation = installation
        self.data = pathlib.Path(data)
        self.account = account
        self.name = name
        self.sockets = self.data.parent / f"{self.data.name}.s"
        self.log_file = self.data.parent / f"{self.data.name}.log"
        self.postmaster = None
        account.make_directory(self.sockets)

    # -- data directory

    @classmethod
    def initialise(cls, installation, data, account, *, segment_mib=16, settings=None, name="server", words=()):
        """initdb with page checksums, and what `words` add."""
        server = cls(installation, data, account, name)
        server.program("initdb", "--pgdata", data, "--username", "postgres", "--auth", "trust", "--no-sync",
                       "--data-checksums", "--encoding", "UTF8", "--locale", "C", "--wal-segsize", segment_mib, *words)
        server.configure(SETTINGS | {"unix_socket_directories": str(server.sockets)} | (settings or {}))
        return server

    def configure(self, settings):
        """Later lines win, and the program's own `init` never sees this file."""
        with open(self.data / "postgresql.auto.conf", "a", encoding="utf-8") as file:
            for key, value in settings.items():
                file.write(f"{key} = {quoted(value)}\n")

    def signal_file(self, name):
        self.account.write(self.data / name, b"")

    # -- life

    def start(self, wait=True, seconds=60, env=None):
        log = open(self.log_file, "ab")
        self.account.own(self.log_file)
        self.postmaster = subprocess.Popen(
            [str(self.installation["postgres"]), "-D", str(self.data), "-k", str(self.sockets)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.data, start_new_session=True,
            env=env if env is not None else process.environment(self.data.parent), **self.account.popen_arguments())
        log.close()
        if wait:
            self.wait_ready(seconds)
        return self

    @property
    def accepts_connections(self):
        """The eighth line of postmaster.pid; a server in recovery says "ready" once it accepts readers."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > 7 and lines[7].strip() == "ready"

    @property
    def is_in_recovery(self):
        """None when the server does not answer."""
        answer = self.program("psql", "-XAtqc", "select pg_is_in_recovery()", check=False)
        return answer.out.strip() == "t" if answer.code == 0 else None

    @property
    def is_in_production(self):
        """What pg_control says, without a connection: true from the moment recovery is over.

        The state stands behind the system identifier and two versions; DB_IN_PRODUCTION is 6 in all of them.
        """
        content = (self.data / "global/pg_control").read_bytes()
        return struct.unpack_from("<QIII", content)[3] == 6

    @property
    def is_running(self):
        return self.postmaster is not None and self.postmaster.poll() is None

    def wait_ready(self, seconds=60, for_readers=False):
        """Waits until recovery is over and the server takes writes, or only until it takes readers."""
        def ready():
            assert self.is_running, f"{self.name} ended with {self.postmaster.returncode}\n{self.log_tail()}"
            return self.accepts_connections and (for_readers or self.is_in_production)
        try:
            wait_for(f"{self.name} to be ready", ready, seconds)
        except TooLate as late:
            raise TooLate(f"{late}\n{self.log_tail()}") from None

    def wait_end(self, seconds=60):
        """Waits until the postmaster ends by itself and returns its exit code."""
        wait_for(f"{self.name} to end", lambda: not self.is_running, seconds)
        return self.postmaster.returncode

    def stop(self, mode=signal.SIGINT, seconds=60):
        """SIGINT is a fast shutdown, SIGTERM a smart, SIGQUIT an immediate one."""
        if self.is_running:
            self.postmaster.send_signal(mode)
            try:
                self.postmaster.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()
                raise

    def kill(self):
        """As a power cut would: the postmaster and all its children, without a word."""
        if self.is_running:
            session = self.postmaster.pid
            for pid in processes_of_session(session):
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            self.postmaster.wait(10)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def restart(self):
        self.stop()
        return self.start()

    def reload(self):
        self.postmaster.send_signal(signal.SIGHUP)

    def promote(self):
        self.program("pg_ctl", "promote", "-D", self.data, "-w", "-t", "60")
        self.wait_ready()

    # -- talk

    @property
    def conninfo(self):
        return f"host={self.sockets} user=postgres dbname=postgres"

    def program(self, name, *words, check=True, seconds=process.SECONDS_MAX, env=None):
        """One of PostgreSQL's own programs, connected to this server unless told otherwise."""
        connection = {"PGHOST": str(self.sockets), "PGUSER": "postgres", "PGDATABASE": "postgres"}
        connection["LD_LIBRARY_PATH"] = str(self.installation.programs.parent / "lib")
        return process.run([self.installation[name], *words], self.account, self.data.parent,
                           env=process.environment(self.data.parent, connection | (env or {})),
                           check=check, seconds=seconds)

    def sql(self, *statements):
        """Each statement in its own transaction; returns what they print, unadorned."""
        words = [word for statement in statements for word in ("-c", statement)]
        return self.program("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", *words).out.strip()

    def log(self):
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def log_tail(self, lines=25):
        return "\n".join(self.log().splitlines()[-lines:])

    def wait_log(self, words, seconds=60, count=1):
        wait_for(f"{words!r} in the log of {self.name}", lambda: self.log().count(words) >= count, seconds)

    # -- WAL

    def switch_wal(self):
        """Ends the current segment and returns the name of the one that was ended."""
        return self.sql("select pg_walfile_name(pg_switch_wal())").splitlines()[-1]

    def end_segment(self):
        """As `switch_wal`, with something in the segment: an empty one is not ended."""
        self.sql("select pg_logical_emit_message(false, 'test', 'something')")
        return self.switch_wal()

    def archived(self, name):
        return not (self.data / "pg_wal/archive_status" / f"{name}.ready").exists()

    def archiver(self):
        """(archived_count, last_archived_wal, failed_count)"""
        row = self.sql("select archived_count, coalesce(last_archived_wal, ''), failed_count from pg_stat_archiver")
        archived, last, failed = row.split("|")
        return int(archived), last, int(failed)

    def archive_everything(self, seconds=90):
        """Ends the current segment and waits until PostgreSQL counts it as archived."""
        last = self.switch_wal()
        status = self.data / "pg_wal/archive_status"

        def nothing_waits():
            return not [name for name in os.listdir(status) if name.endswith(".ready") and name[:24] <= last]
        try:
            wait_for(f"{last} to be archived", nothing_waits, seconds)
        except TooLate as late:
            raise TooLate(f"{late}\n{self.log_tail()}") from None
        return last

    def restore_point(self, name):
        """A name that recovery can aim at; returns where it is."""
        return self.sql(f"select pg_create_restore_point('{name}')")

    def file_of(self, relation):
        """The first file of a relation, below the data directory."""
        return self.sql(f"select pg_relation_filepath('{relation}')")

    def base_backup(self, target, *words):
        """A base backup without WAL: recovery has to get it from the archive."""
        self.program("pg_basebackup", "--pgdata", target, "--checkpoint", "fast", "--wal-method", "none",
                     "--no-sync", *words)
        return pathlib.Path(target)

    def control(self, key):
        for line in self.program("pg_controldata", self.data).out.splitlines():
            name, _, value = line.partition(":")
            if name == key:
                return value.strip()
        raise KeyError(key)

    @property
    def system_identifier(self):
        return self.control("Database system identifier")


def processes_of_session(session):
    """Every live process of a session: what a postmaster started belongs to its session."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                fields = pathlib.Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == session and fields[0] != "Z":
                found.append(int(name))
    return found
