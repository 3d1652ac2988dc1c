"""Whatever can stand behind `archive_command`: how each is set up, called, and asked for a file again."""

import os
import secrets
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path

from . import peers
from .agent import Agent
from .gateway import Bucket
from .place import Account, Grounds, plain_environment, tree_bytes

CORES = len(os.sched_getaffinity(0))
LEVEL = 1
LOOKED_AHEAD = 8
"""Segments that barman-cloud-wal-restore downloads at once."""


@dataclass
class Place(Grounds):
    """One run of one contender: its own data directory and repository on one file system, and the bucket if any."""

    account: Account
    root: Path
    data: Path
    s3: Bucket | None = None


class Contender:
    name = ""
    note = ""
    restore_note = ""
    """The same about how it brings WAL back."""
    needs_s3 = False
    """Whether each run has a bucket of its own on the S3 server."""
    stores = True
    """Whether anything comes back: false for the programs that only show the cost of being called."""
    slow = False
    """Whether one round has to do, because it takes minutes."""
    ahead = False
    """Whether its agent has archived everything before the archiver asks for the first segment."""
    agent_opens = False
    """Whether it tells how many connections an agent opens to the S3 server, for the limit."""

    def missing(self, account: Account) -> str | None:
        """Why this contender cannot take part."""
        return None

    def version(self) -> str:
        return ""

    def prepare(self, place: Place):
        place.account.directory(place.repository)

    def environment(self, place: Place) -> dict:
        return plain_environment(**(place.s3.credentials if self.needs_s3 else {}))

    def agent(self, place: Place) -> Agent | None:
        """What runs beside the server, not started yet."""
        return None

    def settings(self, place: Place) -> dict:
        """What tells PostgreSQL's archiver whom to call."""
        return {"archive_command": self.command(place)}

    def command(self, place: Place) -> str:
        """The value of archive_command."""
        raise NotImplementedError

    def push(self, place: Place, path: str) -> list:
        """The same as a command line for one file."""
        return ["/bin/sh", "-c", self.command(place).replace("%p", path).replace("%f", Path(path).name)]

    def fetch(self, place: Place, name: str, target: Path) -> list:
        """The command line that brings a segment back."""
        raise NotImplementedError

    def restore_command(self, place: Place) -> str:
        """The value of restore_command."""
        raise NotImplementedError

    def stored_bytes(self, place: Place) -> int:
        return place.s3.stored_bytes() if self.needs_s3 else tree_bytes(place.repository)


class Nothing(Contender):
    name, note, stores = "/bin/true", "stores nothing: the archiver's own pace", False

    def command(self, place):
        return "/bin/true"


class Copy(Contender):
    name, note = "cp", "no fsync, no compression, no encryption"
    restore_note = "from a local directory"

    def command(self, place):
        return f"test ! -f {place.repository}/%f && cp %p {place.repository}/%f"

    def fetch(self, place, name, target):
        return ["cp", place.repository / name, target]

    def restore_command(self, place):
        return f"cp {place.repository}/%f %p"


class DurableCopy(Copy):
    name, note = "cp + sync", "file and directory synced, no compression, no encryption"

    def command(self, place):
        return f"{super().command(place)} && sync {place.repository}/%f {place.repository}"


class PgBackRest(Contender):
    def __init__(self, asynchronous=True, s3=False, processes=CORES):
        self.asynchronous, self.needs_s3, self.processes = asynchronous, s3, processes if asynchronous else 1

    @property
    def name(self):
        many = f" × {self.processes}" if self.processes not in (1, CORES) else ""
        return f"pgbackrest {'async' if self.asynchronous else 'sync'}{many}"

    @property
    def note(self):
        how = f"archive-async, process-max {self.processes}" if self.asynchronous else "synchronous"
        return f"zst level {LEVEL}, aes-256-cbc, {how}"

    @property
    def restore_note(self):
        return f"archive-get, archive-async, process-max {self.processes}"

    def missing(self, account):
        return None if shutil.which("pgbackrest") else "pgbackrest is not installed (apt install pgbackrest)"

    def version(self):
        return peers.version(Path(shutil.which("pgbackrest")), "version")

    def prepare(self, place):
        super().prepare(place)
        for name in ("spool", "lock", "log"):
            place.account.directory(place.root / name)
        settings = {
            **self._repository(place), "repo1-cipher-type": "aes-256-cbc",
            "repo1-cipher-pass": secrets.token_urlsafe(32), "compress-type": "zst", "compress-level": LEVEL,
            "process-max": self.processes, "archive-async": "y" if self.asynchronous else "n",
            "spool-path": place.root / "spool", "lock-path": place.root / "lock", "log-path": place.root / "log",
            "log-level-file": "off", "log-level-console": "warn"}
        lines = ["[global]", *(f"{key}={value}" for key, value in settings.items()), "[main]", f"pg1-path={place.data}"]
        place.account.file(place.root / "pgbackrest.conf", "\n".join(lines) + "\n")
        place.account.run([*self._program(place), "--no-online", "stanza-create"])

    def _repository(self, place) -> dict:
        if not self.needs_s3:
            return {"repo1-path": place.repository}
        s3, gateway = place.s3, place.s3.gateway
        return {
            "repo1-path": "/pgbackrest", "repo1-type": "s3", "repo1-s3-bucket": s3.name,
            "repo1-s3-endpoint": "localhost", "repo1-s3-region": gateway.region, "repo1-s3-uri-style": "path",
            "repo1-s3-key": gateway.key, "repo1-s3-key-secret": gateway.secret, "repo1-storage-host": "localhost",
            "repo1-storage-port": s3.port, "repo1-storage-ca-file": gateway.authority}

    def _program(self, place):
        return ["pgbackrest", f"--config={place.root}/pgbackrest.conf", "--stanza=main"]

    def command(self, place):
        return f"{' '.join(self._program(place))} archive-push %p"

    def fetch(self, place, name, target):
        return [*self._program(place), "--no-archive-async", "archive-get", name, target]

    def restore_command(self, place):
        return f"{' '.join(self._program(place))} archive-get %f %p"


class BarmanCloud(Contender):
    name = "barman-cloud"
    note = f"zstd level {LEVEL}, no encryption"
    restore_note = f"barman-cloud-wal-restore, --parallel {LOOKED_AHEAD}"
    needs_s3 = slow = True

    def missing(self, account):
        return peers.missing() or account.cannot_reach(peers.VENV / "bin" / "barman-cloud-wal-archive")

    def version(self):
        return peers.version(peers.VENV / "bin" / "barman-cloud-wal-archive")

    def environment(self, place):
        # Ceph 16 does not know the checksums that newer versions of Amazon's library append to a body.
        return super().environment(place) | {
            "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required", "AWS_RESPONSE_CHECKSUM_VALIDATION": "when_required"}

    def _program(self, place, verb):
        program = peers.VENV / "bin" / f"barman-cloud-wal-{verb}"
        return [program, "--endpoint-url", place.s3.endpoint, "--addressing-style", "path"]

    def _target(self, place):
        return [f"s3://{place.s3.name}/barman", "main"]

    def command(self, place):
        words = [*self._program(place, "archive"), "--zstd", f"--compression-level={LEVEL}", *self._target(place)]
        return f"{shlex.join(map(str, words))} %p"

    def fetch(self, place, name, target):
        return [*self._program(place, "restore"), *self._target(place), name, target]

    def restore_command(self, place):
        ahead = ["--parallel", LOOKED_AHEAD, "--spool-dir", place.root / "spool"]
        words = [*self._program(place, "restore"), *ahead, *self._target(place)]
        return f"{shlex.join(map(str, words))} %f %p"
