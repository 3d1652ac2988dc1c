"""Trunkline behind the archiver: the command alone, the thin client with the agent, and the archive module."""

import subprocess
from functools import cache
from pathlib import Path

from . import peers
from .agent import Agent
from .contenders import LEVEL, BarmanCloud, Contender, Copy, DurableCopy, Nothing, PgBackRest
from .gateway import Gateway
from .place import CHECKOUT, KEPT, TRUNKLINE, Trouble, plain_environment, postgres_binaries

CLIENT = TRUNKLINE.with_name("trunkline-wal")
MODULE_SOURCE = CHECKOUT / "contrib" / "archive_module"
LOOKAHEAD_MAX = "1024"
"""Segments that an agent with a head start may archive before it is asked for the first: as many as there can be."""
WAYS = {
    "direct": "wal push",
    "agent": "trunkline-wal and the agent",
    "module": "archive_library and the agent"}


class Trunkline(Contender):
    def __init__(self, way="direct", s3=False, ahead=False):
        self.way, self.needs_s3, self.ahead = way, s3, ahead
        self.name = "trunkline" + (f" {way}" if way != "direct" else "") + (", ahead" if ahead else "")
        start = ", which has archived everything before" if ahead else ""
        self.restore_note = "wal fetch" if way == "direct" else "trunkline-wal and the agent"
        self.note = f"{WAYS[way]}{start}: zstd level {LEVEL}, sealed, signed"

    @property
    def agent_opens(self):
        return self.way == "agent" and self.needs_s3 and not self.ahead

    def missing(self, account):
        if not TRUNKLINE.exists():
            return f"{TRUNKLINE} is not built (`make bench` does that)"
        if self.way == "direct":
            return None
        if not CLIENT.exists():
            return f"{CLIENT} is not built (`make bench` does that)"
        if not has("agent"):
            return "this build has no `trunkline agent`"
        return module_trouble() if self.way == "module" else None

    def version(self):
        return peers.version(TRUNKLINE)

    def prepare(self, place):
        super().prepare(place)
        place.account.directory(place.root / "state")
        place.account.run(
            [place.reachable(TRUNKLINE), "init", "--pgdata", place.data, "--cluster", "main",
             *self._configuration(place), "--identity", place.root / "identity", *self._repository(place)],
            environment=self.environment(place))
        self._complete(place)

    def _repository(self, place) -> list:
        if not self.needs_s3:
            return ["--repository", f"file://{place.repository}"]
        s3 = place.s3
        return [
            "--repository", f"s3://{s3.name}/trunkline", "--endpoint", s3.endpoint, "--region", s3.gateway.region]

    def _complete(self, place):
        path = place.root / "trunkline.toml"
        lines = path.read_text().splitlines()
        if self.needs_s3:
            # Ceph 16 ignores If-None-Match when an upload is completed.
            url = next(number for number, line in enumerate(lines) if line.startswith("url "))
            lines.insert(url + 1, "conditional-complete = false")
        if self.way != "direct":
            lines += ["", "[agent]", f'socket = "{self._socket(place)}"', 'metrics = "off"']
        path.write_text("\n".join(lines) + "\n")

    def environment(self, place):
        more = {"TRUNKLINE_WAL_LOOKAHEAD": LOOKAHEAD_MAX} if self.ahead else {}
        return super().environment(place) | {"TRUNKLINE_CLUSTER_MAIN_STATE": str(place.root / "state"), **more}

    def _configuration(self, place):
        return ["--config", place.root / "trunkline.toml"]

    def _socket(self, place):
        return place.root / "agent.sock"

    def agent(self, place):
        if self.way == "direct":
            return None
        command = [place.reachable(TRUNKLINE), "agent", *self._configuration(place)]
        return Agent(
            place.account, command, self.environment(place), self._socket(place), place.root / "agent.log")

    def settings(self, place):
        if self.way != "module":
            return super().settings(place)
        library = place.reachable(module())
        return {"archive_library": library.with_suffix(""), "trunkline_archive.socket": self._socket(place)}

    def _caller(self, place, verb) -> str:
        words = [place.reachable(TRUNKLINE), "wal", verb, *self._configuration(place)]
        if self.way != "direct":
            # The client looks for the program beside itself when there is no agent.
            place.reachable(TRUNKLINE)
            words = [place.reachable(CLIENT), verb, *self._configuration(place), "--socket", self._socket(place)]
        return " ".join(map(str, words))

    def command(self, place):
        return f"{self._caller(place, 'push')} %p"

    def restore_command(self, place):
        return f"{self._caller(place, 'fetch')} %f %p"

    def fetch(self, place, name, target):
        return [place.reachable(TRUNKLINE), "wal", "fetch", *self._configuration(place), name, target]

    def explain_memory(self, place, verb) -> list:
        return [place.reachable(TRUNKLINE), "wal", verb, *self._configuration(place), "--explain-memory"]

    def explain_agent_memory(self, place) -> list:
        return [place.reachable(TRUNKLINE), "agent", *self._configuration(place), "--explain-memory"]


@cache
def module() -> Path:
    """The archive module for the benchmarks' PostgreSQL, compiled from its headers alone."""
    major = subprocess.run([postgres_binaries() / "postgres", "--version"], capture_output=True, text=True)
    major = major.stdout.split()[2].split(".")[0]
    done = subprocess.run(
        [MODULE_SOURCE / "build", major, KEPT / "bin" / f"module-{major}"], stdin=subprocess.DEVNULL,
        capture_output=True, text=True)
    if done.returncode != 0:
        raise Trouble("the module cannot be compiled: " + "; ".join(done.stderr.strip().splitlines()[-2:]))
    return Path(done.stdout.strip())


def module_trouble() -> str | None:
    try:
        module()
    except Trouble as trouble:
        return str(trouble)
    return None


def has(verb: str) -> bool:
    done = subprocess.run([TRUNKLINE, verb, "--help"], env=plain_environment(), capture_output=True)
    return done.returncode == 0


def local() -> list[Contender]:
    return [
        Nothing(), Copy(), DurableCopy(), PgBackRest(), PgBackRest(asynchronous=False), Trunkline(),
        Trunkline("agent"), Trunkline("agent", ahead=True), Trunkline("module"), Trunkline("module", ahead=True)]


def s3() -> list[Contender]:
    return [
        PgBackRest(s3=True), BarmanCloud(), Trunkline(s3=True), Trunkline("agent", s3=True),
        Trunkline("agent", s3=True, ahead=True), Trunkline("module", s3=True)]


def delayed(thorough: bool) -> list[Contender]:
    """The module differs from the client in what no network changes; more processes help pgBackRest here."""
    few = [Trunkline(s3=True), Trunkline("agent", s3=True)]
    if not thorough:
        return few
    others = [PgBackRest(s3=True), PgBackRest(s3=True, processes=8), BarmanCloud()]
    return [*others, *few, Trunkline("agent", s3=True, ahead=True)]


def recovering(thorough: bool) -> list[Contender]:
    """Those that bring WAL back: `cp` from a local directory, everybody else from the S3 server."""
    more = [PgBackRest(s3=True, processes=8), BarmanCloud()] if thorough else []
    return [Copy(), PgBackRest(s3=True), *more, Trunkline(s3=True), Trunkline("agent", s3=True)]


def bursting() -> list[Contender]:
    return [Nothing(), Trunkline("agent", s3=True)]


def why_missing(contender: Contender, account) -> str | None:
    return contender.missing(account) or (Gateway.missing() if contender.needs_s3 else None)
