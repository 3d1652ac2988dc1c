"""Our agent beside a server: started, watched and stopped by the measured run."""

import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path

from . import accounting
from .place import Account, Trouble, tail

START_SECONDS = 30
STOP_SECONDS = 60
POLL_SECONDS = 0.002
QUIET_SECONDS = 1.0
"""An agent that has used less than `QUIET_TICKS` of CPU for so long has archived all it knows of."""
QUIET_TICKS = 3
QUIET_LIMIT_SECONDS = 900


class Agent:
    def __init__(self, account: Account, command: list, environment: dict, socket_path: Path, log: Path):
        self.account, self.command, self.environment = account, [str(word) for word in command], environment
        self.socket_path, self.log = socket_path, log
        self.process = None
        self.before = 0.0
        """CPU seconds that it had used when the clock started."""

    def start(self):
        """Returns once it answers on its socket."""
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.command, env=self.environment, cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                **self.account.spawn)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            with socket.socket(socket.AF_UNIX) as probe:
                try:
                    return probe.connect(str(self.socket_path))
                except OSError:
                    time.sleep(POLL_SECONDS)
        raise Trouble(f"the agent did not start:\n{self.last_words()}")

    def wait_until_quiet(self):
        """The head start: until it has nothing left to do."""
        deadline, used, since = time.monotonic() + QUIET_LIMIT_SECONDS, self.cpu_seconds(), time.monotonic()
        while time.monotonic() - since < QUIET_SECONDS:
            time.sleep(0.05)
            now = self.cpu_seconds()
            if now - used >= QUIET_TICKS / accounting.TICKS:
                used, since = now, time.monotonic()
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise Trouble(f"the agent did not come to rest:\n{self.last_words()}")

    def mark(self):
        """From here on its CPU time counts."""
        self.before = self.cpu_seconds()

    def cpu_seconds(self) -> float:
        return accounting.process_seconds(self.process.pid) if self.process else 0.0

    def peak_bytes(self) -> int:
        """VmHWM: the most that it had in memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)[1]) << 10

    def stop(self) -> dict:
        """What it used and needed; it must end by itself, and successfully."""
        peak_bytes = self.peak_bytes()
        self.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while not (ended := os.wait4(self.process.pid, os.WNOHANG))[0]:
            if time.monotonic() > deadline:
                raise Trouble(f"the agent did not stop:\n{self.last_words()}")
            time.sleep(POLL_SECONDS)
        self.process.returncode = os.waitstatus_to_exitcode(ended[1])
        if self.process.returncode != 0:
            raise Trouble(f"the agent: exit {self.process.returncode}\n{self.last_words()}")
        used = ended[2].ru_utime + ended[2].ru_stime - self.before
        return {"agent_cpu_seconds": used, "agent_peak_bytes": peak_bytes}

    def last_words(self) -> str:
        return tail(self.log.read_text(errors="replace")) if self.log.exists() else "(no log)"
