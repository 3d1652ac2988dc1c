"""Whatever can stand behind `archive_command`: how each is set up, called, and asked for a file again."""

import os
import secrets
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path

from . import peers
from .place import TRUNKLINE, Account, plain_environment, tree_bytes

CORES = len(os.sched_getaffinity(0))
LEVEL = 1


@dataclass
class Place:
    """One run of one contender: its own data directory and repository on one file system, and the S3 server if any."""

    account: Account
    root: Path
    data: Path
    s3: peers.MotoServer | None = None

    @property
    def repository(self) -> Path:
        return self.root / "repository"


class Contender:
    name = ""
    note = ""
    needs_s3 = False
    """Whether a loopback S3 server is started for each run."""
    stores = True
    """Whether anything comes back: false for the programs that only show the cost of being called."""

    def missing(self, account: Account) -> str | None:
        """Why this contender cannot take part."""
        return None

    def version(self) -> str:
        return ""

    def prepare(self, place: Place):
        place.account.directory(place.repository)

    def environment(self, place: Place) -> dict:
        return plain_environment(**(peers.CREDENTIALS if self.needs_s3 else {}))

    def command(self, place: Place) -> str:
        """The value of archive_command."""
        raise NotImplementedError

    def push(self, place: Place, path: str) -> list:
        """The same as a command line for one file."""
        return ["/bin/sh", "-c", self.command(place).replace("%p", path).replace("%f", Path(path).name)]

    def fetch(self, place: Place, name: str, target: Path) -> list:
        """The command line that brings a segment back."""
        raise NotImplementedError

    def stored_bytes(self, place: Place) -> int:
        if place.s3:
            return sum(size for _, size in place.s3.objects())
        return tree_bytes(place.repository)


class Nothing(Contender):
    name, note, stores = "/bin/true", "stores nothing: the archiver's own pace", False

    def command(self, place):
        return "/bin/true"


class Copy(Contender):
    name, note = "cp", "no fsync, no compression, no encryption"

    def command(self, place):
        return f"test ! -f {place.repository}/%f && cp %p {place.repository}/%f"

    def fetch(self, place, name, target):
        return ["cp", place.repository / name, target]


class DurableCopy(Copy):
    name, note = "cp + sync", "file and directory synced, no compression, no encryption"

    def command(self, place):
        return f"{super().command(place)} && sync {place.repository}/%f {place.repository}"


class PgBackRest(Contender):
    asynchronous = True

    @property
    def name(self):
        return "pgbackrest async" if self.asynchronous else "pgbackrest sync"

    @property
    def note(self):
        how = f"async, process-max {CORES}" if self.asynchronous else "synchronous"
        return f"zst level {LEVEL}, aes-256-cbc, {how}, local repository"

    def missing(self, account):
        return None if shutil.which("pgbackrest") else "pgbackrest is not installed (apt install pgbackrest)"

    def version(self):
        return peers.version(Path(shutil.which("pgbackrest")), "version")

    def prepare(self, place):
        super().prepare(place)
        for name in ("spool", "lock", "log"):
            place.account.directory(place.root / name)
        settings = {
            "repo1-path": place.repository, "repo1-cipher-type": "aes-256-cbc",
            "repo1-cipher-pass": secrets.token_urlsafe(32), "compress-type": "zst", "compress-level": LEVEL,
            "process-max": CORES if self.asynchronous else 1, "archive-async": "y" if self.asynchronous else "n",
            "spool-path": place.root / "spool", "lock-path": place.root / "lock", "log-path": place.root / "log",
            "log-level-file": "off", "log-level-console": "warn"}
        lines = ["[global]", *(f"{key}={value}" for key, value in settings.items()), "[main]", f"pg1-path={place.data}"]
        place.account.file(place.root / "pgbackrest.conf", "\n".join(lines) + "\n")
        place.account.run([*self._program(place), "--no-online", "stanza-create"])

    def _program(self, place):
        return ["pgbackrest", f"--config={place.root}/pgbackrest.conf", "--stanza=main"]

    def command(self, place):
        return f"{' '.join(self._program(place))} archive-push %p"

    def fetch(self, place, name, target):
        return [*self._program(place), "--no-archive-async", "archive-get", name, target]


class PgBackRestSynchronous(PgBackRest):
    asynchronous = False


class BarmanCloud(Contender):
    name = "barman-cloud"
    note = f"zstd level {LEVEL}, no encryption, to moto's S3 on the loopback: it has no local target"
    needs_s3 = True

    def missing(self, account):
        return peers.missing() or account.cannot_reach(peers.VENV / "bin" / "barman-cloud-wal-archive")

    def version(self):
        return peers.version(peers.VENV / "bin" / "barman-cloud-wal-archive")

    def _program(self, place, verb):
        return [peers.VENV / "bin" / f"barman-cloud-wal-{verb}", "--endpoint-url", place.s3.endpoint]

    def _target(self):
        return [f"s3://{peers.BUCKET}/barman", "main"]

    def command(self, place):
        words = [*self._program(place, "archive"), "--zstd", f"--compression-level={LEVEL}", *self._target()]
        return f"{shlex.join(map(str, words))} %p"

    def fetch(self, place, name, target):
        return [*self._program(place, "restore"), *self._target(), name, target]


class Trunkline(Contender):
    name = "trunkline"
    note = f"wal push: zstd level {LEVEL}, sealed, signed, local repository"

    def missing(self, account):
        return None if TRUNKLINE.exists() else f"{TRUNKLINE} is not built (`make bench` does that)"

    def version(self):
        return peers.version(TRUNKLINE)

    def program(self, place) -> Path:
        """A copy that the servers' user reaches wherever the checkout is."""
        copy = place.root / "trunkline"
        if not copy.exists():
            shutil.copy2(TRUNKLINE, copy)
            copy.chmod(0o755)
        return copy

    def repository_options(self, place) -> list:
        return ["--repository", f"file://{place.repository}"]

    def prepare(self, place):
        super().prepare(place)
        place.account.directory(place.root / "state")
        place.account.run(
            [self.program(place), "init", "--pgdata", place.data, "--cluster", "main", *self._configuration(place),
             "--identity", place.root / "identity", *self.repository_options(place)],
            environment=self.environment(place))

    def environment(self, place):
        return super().environment(place) | {"TRUNKLINE_CLUSTER_MAIN_STATE": str(place.root / "state")}

    def _configuration(self, place):
        return ["--config", place.root / "trunkline.toml"]

    def command(self, place):
        return f"{self.program(place)} wal push --config {place.root}/trunkline.toml %p"

    def fetch(self, place, name, target):
        return [self.program(place), "wal", "fetch", *self._configuration(place), name, target]

    def explain_memory(self, place, verb) -> list:
        return [self.program(place), "wal", verb, *self._configuration(place), "--explain-memory"]


class TrunklineS3(Trunkline):
    name = "trunkline s3"
    note = f"wal push: zstd level {LEVEL}, sealed, signed, to the same S3 as barman-cloud"
    needs_s3 = True

    def missing(self, account):
        return super().missing(account) or peers.missing()

    def repository_options(self, place):
        return [
            "--repository", f"s3://{peers.BUCKET}/trunkline", "--endpoint", place.s3.endpoint, "--region", "us-east-1"]


def everyone() -> list[Contender]:
    return [
        Nothing(), Copy(), DurableCopy(), PgBackRest(), PgBackRestSynchronous(), BarmanCloud(), Trunkline(),
        TrunklineS3()]
