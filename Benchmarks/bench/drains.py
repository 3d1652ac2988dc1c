"""The rounds of the drain: local, to the S3 server, and to the S3 server behind added latency, each with its limit."""

from dataclasses import dataclass
from pathlib import Path

from . import limits, ours
from .contenders import Contender
from .delay import ADDED_MILLISECONDS, Delay
from .drain import drain
from .gateway import Gateway, bucket
from .place import Account
from .workload import Made

LIMIT, DURABLE_LIMIT, SEALING_LIMIT = "limit", "limit + sync", "limit + sealing"
WHERE = ("local", "s3", "delayed")
TITLES = {"local": "local", "s3": "S3", "delayed": f"S3 + {ADDED_MILLISECONDS} ms"}


@dataclass
class Drains:
    """Everything that takes part in one way to drain, and what was found."""

    where: str
    contenders: list[Contender]
    made: Made
    account: Account
    work: Path
    gateway: Gateway | None = None
    delay: Delay | None = None

    def __post_init__(self):
        self.found: dict[str, list[dict]] = {}
        self.connections = limits.CONNECTIONS

    @property
    def notes(self) -> dict[str, str]:
        return {contender.name: contender.note for contender in self.contenders}

    def round(self, turn: int, rounds: int, say):
        """Each round begins with another contender, so that nobody always follows the same one; limits come last."""
        for contender in in_turn(self.contenders, turn, rounds):
            if contender.slow and turn > 0:
                continue
            number = f"{self.where}-{turn}-{self.contenders.index(contender)}"
            result = drain(contender, self.made, self.account, self.work, number, self.gateway, self.delay)
            self._keep(contender.name, result, turn, say)
            if contender.agent_opens:
                self.connections = max(1, result["connections"])
        for name, result in self._limits(turn):
            self._keep(name, result, turn, say)

    def _limits(self, turn: int):
        if self.where == "local":
            yield LIMIT, limits.sealing(self.made)
            yield DURABLE_LIMIT, limits.durable_sealing(self.made, self.work)
            return
        limits.sealed(self.made, self.work)
        for name, seals in ((LIMIT, False), (SEALING_LIMIT, True)):
            with bucket(self.gateway, f"limit-{self.where}-{turn}-{int(seals)}", self.delay) as target:
                if self.delay:
                    self.delay.switch(True)
                yield name, limits.upload(self.made, target, self.connections, self.work, seals)

    def _keep(self, name: str, result: dict, turn: int, say):
        result.setdefault("segments", len(self.made.names))
        self.found.setdefault(name, []).append(result)
        say(f"drain, {TITLES[self.where]}: round {turn + 1}: {name}: {result['seconds']:.2f} s")


def in_turn(present: list, turn: int, rounds: int) -> list:
    shift = turn * max(1, len(present) // max(1, rounds)) % len(present) if present else 0
    return present[shift:] + present[:shift]


def present(candidates: list[Contender], among: list[str] | None, account: Account, what: str, miss) -> list[Contender]:
    """Those who can take part; the others are named."""
    found = []
    for contender in candidates:
        if among and contender.name not in among:
            miss(f"{what}: {contender.name} is left out by --among")
        elif reason := ours.why_missing(contender, account):
            miss(f"{what}: {contender.name} is absent: {reason}")
        else:
            found.append(contender)
    return found
