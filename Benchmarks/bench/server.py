"""A throwaway PostgreSQL: no network, its socket in a temporary directory, everything told on the command line."""

import os
import signal
import subprocess
import time
from pathlib import Path

from .place import Account, Trouble, plain_environment, postgres_binaries, tail

START_SECONDS = 60
STOP_SECONDS = 120
POLL_SECONDS = 0.005


class Server:
    def __init__(self, account: Account, data: Path, sockets: Path, binaries: Path | None = None):
        self.account, self.data, self.sockets = account, data, sockets
        self.binaries = binaries or postgres_binaries()
        self.process = None

    @property
    def log(self) -> Path:
        return self.data.parent / "server.log"

    def initialise(self, segment_mib: int, *options):
        self.account.run([
            self.binaries / "initdb", "-D", self.data, "-U", "postgres", "--auth=trust", "--no-sync", "-E", "UTF8",
            "--locale=C", f"--wal-segsize={segment_mib}", *options])

    def configure(self, **settings):
        """Replaces the settings; a running server is told to read them again."""
        lines = [f"{name} = '{str(value).replace(chr(39), chr(39) * 2)}'" for name, value in settings.items()]
        self.account.file(self.data / "postgresql.auto.conf", "\n".join(lines) + "\n")
        if self.process:
            self.process.send_signal(signal.SIGHUP)

    def start(self, environment=None, seconds=START_SECONDS):
        """Returns once it takes sessions, which without hot standby is after recovery."""
        fixed = {
            "listen_addresses": "", "unix_socket_directories": self.sockets, "fsync": "on",
            "logging_collector": "off", "log_line_prefix": "%m [%p] ", "cluster_name": "bench"}
        options = [part for name, value in fixed.items() for part in ("-c", f"{name}={value}")]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.binaries / "postgres", "-D", self.data, *options], cwd=self.data, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, env=environment or plain_environment(), **self.account.spawn)
        self._wait_until_ready(seconds)

    def _wait_until_ready(self, seconds: float):
        """The eighth line of postmaster.pid is the server's state (src/include/utils/pidfile.h)."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                lines = (self.data / "postmaster.pid").read_text().splitlines()
            except OSError:
                lines = []
            if len(lines) > 7 and lines[7].strip() == "ready" and lines[0] == str(self.process.pid):
                return
            time.sleep(POLL_SECONDS)
        raise Trouble(f"PostgreSQL did not start:\n{self.last_words()}")

    def stop(self, quickly=False):
        """Fast shutdown, or (`quickly`) the immediate one that writes and archives nothing more."""
        if not self.process:
            return
        self.process.send_signal(signal.SIGQUIT if quickly else signal.SIGINT)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            raise Trouble(f"PostgreSQL did not stop:\n{self.last_words()}")
        self.process = None

    def last_words(self) -> str:
        return tail(self.log.read_text(errors="replace")) if self.log.exists() else "(no log)"

    def query(self, sql: str) -> str:
        return self.account.run(
            [self.binaries / "psql", "-h", self.sockets, "-U", "postgres", "-d", "postgres", "-XAtq", "-c", sql]
        ).strip()

    def pgbench(self, *options) -> str:
        return self.account.run([
            self.binaries / "pgbench", "-h", self.sockets, "-U", "postgres", "-n", *options, "postgres"])

    def archive_status(self, suffix: str) -> list[str]:
        """Names of the files of pg_wal that carry `.ready` or `.done`, in order."""
        names = os.listdir(self.data / "pg_wal" / "archive_status")
        return sorted(n.removesuffix(suffix) for n in names if n.endswith(suffix))
