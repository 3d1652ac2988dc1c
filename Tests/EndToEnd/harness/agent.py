"""The agent of one configuration, as a process that tests start, ask, trouble and end."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import urllib.error
import urllib.request

from . import process
from .exposition import Exposition
from .fake_agent import FINISHED, HEADER, PING, frame, receive, text
from .waiting import TooLate, wait_for

START_SECONDS = 60
# A client counts as unanswered after five; what tests send themselves may take longer on a busy machine.
ANSWER_SECONDS = 30
METRICS = re.compile(r"metrics are at (\S+)/metrics$", re.MULTILINE)


class Agent:
    """`trunkline agent --config ...`. It is ready when a ping is answered."""

    def __init__(self, tool, metrics="off", words=(), env=None):
        self.tool = tool
        self.words = list(words)
        self.env = env or {}
        self.path = tool.home / "a.sock"
        self.log_file = tool.home / "agent.log"
        self.process = None
        self.earlier = 0  # characters of the log that are of agents before
        with tool.edit() as settings:
            settings["agent"] = {"socket": str(self.path), "metrics": metrics} | settings.get("agent", {})

    # -- life

    def start(self, wait=True, launcher=(), pass_fds=(), env=None):
        self.earlier = len(self.log())
        with open(self.log_file, "ab") as log:
            self.tool.account.own(self.log_file)
            self.process = subprocess.Popen(
                [*launcher, str(self.tool.program), "agent", *self.words, "--config", str(self.tool.config)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.tool.home, start_new_session=True,
                env=process.environment(self.tool.home, self.env | (env or {})), pass_fds=pass_fds,
                **self.tool.account.popen_arguments())
        if wait:
            self.wait_ready()
        return self

    @property
    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def wait_ready(self, seconds=START_SECONDS):
        def ready():
            assert self.is_running, f"the agent ended with {self.process.returncode}\n{self.log_tail()}"
            return self.answers_ping()
        try:
            wait_for("the agent to answer", ready, seconds)
        except TooLate as late:
            raise TooLate(f"{late}\n{self.log_tail()}") from None

    def send(self, number):
        self.process.send_signal(number)

    def wait_end(self, seconds=60):
        """The exit code, negative for a signal."""
        wait_for("the agent to end", lambda: not self.is_running, seconds)
        return self.process.returncode

    def stop(self, seconds=60):
        """SIGTERM; the exit code."""
        if self.is_running:
            self.send(signal.SIGTERM)
        return self.wait_end(seconds)

    def kill(self):
        """As the kernel would when memory runs out. Nothing happens to one that has ended."""
        if self.is_running:
            self.send(signal.SIGKILL)
            self.process.wait(30)

    def restart(self):
        self.stop()
        return self.start()

    def reload(self, expect="the configuration was read again"):
        """SIGHUP, until the agent has said what became of it."""
        before = self.log().count(expect)
        self.send(signal.SIGHUP)
        self.wait_log(expect, before + 1)

    @contextlib.contextmanager
    def frozen(self):
        """It is there and does nothing at all."""
        self.send(signal.SIGSTOP)
        try:
            yield
        finally:
            self.send(signal.SIGCONT)

    # -- words

    def log(self):
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def log_tail(self, lines=25):
        return "\n".join(self.log().splitlines()[-lines:])

    def wait_log(self, words, count=1, seconds=60):
        try:
            wait_for(f"{words!r} in the agent's log", lambda: self.log().count(words) >= count, seconds)
        except TooLate as late:
            raise TooLate(f"{late}\n{self.log_tail()}") from None

    def connect(self):
        """A connection, to be closed by who asked for it."""
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(ANSWER_SECONDS)
        try:
            connection.connect(str(self.path))
        except OSError:
            connection.close()
            raise
        return connection

    def answers_ping(self):
        try:
            with self.connect() as connection:
                connection.sendall(frame(PING, text("") * 5))
                kind, body = receive_frame(connection)
                return kind == FINISHED and body[0] == 0
        except (OSError, TypeError):
            return False

    # -- metrics

    @property
    def metrics_address(self):
        """Clients are answered before there are metrics."""
        said = wait_for("the address of the metrics", lambda: METRICS.search(self.log()[self.earlier:]))
        return said[1]

    def get(self, path):
        """(status, text) of what it serves over HTTP."""
        try:
            with urllib.request.urlopen(self.metrics_address + path, timeout=ANSWER_SECONDS) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def metrics(self):
        status, page = self.get("/metrics")
        assert status == 200, page
        return Exposition(page)

    @property
    def open_files(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))


def receive_frame(connection):
    """(kind, body) of the next frame; None when the peer has closed."""
    head = receive(connection, HEADER.size)
    if head is None:
        return None
    _, _, kind, _, length = HEADER.unpack(head)
    body = receive(connection, length) if length else b""
    return None if body is None else (kind, body)
