"""What the contenders share in one run, started when somebody needs it first."""

from contextlib import ExitStack
from pathlib import Path

from .delay import Delay
from .gateway import Gateway
from .place import Account


class Services:
    def __init__(self, account: Account, work: Path):
        self.account, self.work, self.stack = account, work, ExitStack()
        self._gateway = self._delay = None

    def __enter__(self):
        return self

    def __exit__(self, *details):
        return self.stack.__exit__(*details)

    @property
    def gateway(self) -> Gateway:
        """The S3 server."""
        if not self._gateway:
            self._gateway = self.stack.enter_context(Gateway(self.account, self.work))
        return self._gateway

    @property
    def delay(self) -> Delay:
        """The proxy in front of it."""
        if not self._delay:
            self._delay = self.stack.enter_context(Delay(self.gateway.port))
        return self._delay
