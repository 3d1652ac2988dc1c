"""A proxy of our own that delays what goes through it: `Limit/delay.c`, in front of the S3 server."""

import signal
import subprocess

from . import accounting
from .place import Trouble, plain_environment
from .programs import program

ADDED_MILLISECONDS = 50
"""What a request waits longer for its answer: half of it in each direction."""


class Delay:
    """One for a whole run. Nothing is delayed until it is switched on."""

    def __init__(self, port: int):
        self.target, self.process = port, None

    def __enter__(self):
        one_way = ADDED_MILLISECONDS * 1000 // 2
        self.process = subprocess.Popen(
            [program("delay"), str(self.target), str(one_way)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            text=True, env=plain_environment())
        try:
            self.port = int(self.process.stdout.readline())
        except ValueError:
            raise Trouble("the delaying proxy does not start")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()

    def switch(self, on: bool):
        self.process.send_signal(signal.SIGUSR1 if on else signal.SIGUSR2)

    def cpu_seconds(self) -> float:
        return accounting.process_seconds(self.process.pid)
