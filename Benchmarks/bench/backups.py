"""Whatever can back up a server: how each is set up, called, and asked for the data directory again."""

import secrets
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import peers
from .contenders import CORES
from .database import Database
from .gateway import Gateway
from .place import TRUNKLINE, Account, Grounds, plain_environment, tree_bytes
from .programs import program

LEVEL = 3
BLOCK = 128 << 10
"""Block of the limit: the smallest unit that a restore or an incremental backup could ask for."""


@dataclass
class Site(Grounds):
    """One run of one contender: the server's data directory, a fresh repository, and the S3 server if any."""

    account: Account
    root: Path
    made: Database
    data: Path
    s3: Gateway | None = None

    @property
    def sockets(self) -> Path:
        return self.root / "s"

    def environment(self, **more) -> dict:
        """Tells libpq where the server is."""
        return plain_environment(PGHOST=str(self.sockets), PGUSER="postgres", PGDATABASE="postgres", **more)


class Backup:
    name = ""
    note = ""
    needs_s3 = False
    starts = True
    """Whether a server can be started on what it restores: false for those that ask no server and know no WAL."""
    newest = 99
    """The newest major version of PostgreSQL that it knows."""

    def missing(self, account: Account, major: int) -> str | None:
        """Why this contender cannot take part."""
        return None

    def cannot_restore(self) -> str | None:
        return None

    def version(self) -> str:
        return ""

    def prepare(self, site: Site):
        """While the server is stopped."""
        site.account.directory(site.repository)

    def environment(self, site: Site) -> dict:
        return site.environment()

    def archive_command(self, site: Site) -> str:
        return "/bin/true"

    def backup(self, site: Site, incremental=False) -> list:
        """The command line of a backup."""
        raise NotImplementedError

    def restore(self, site: Site, target: Path) -> list:
        """The command line that fills the empty directory `target`."""
        raise NotImplementedError

    def restore_command(self, site: Site) -> str | None:
        """For contenders that leave it to their user to set it."""
        return None

    def stored_bytes(self, site: Site) -> int:
        return site.s3.stored_bytes(self.bucket) if self.needs_s3 else tree_bytes(site.repository)

    def archived_bytes(self, site: Site) -> int:
        """What of that is archived WAL."""
        return 0

    @property
    def bucket(self) -> str:
        return self.name.replace(" ", "-")


class Limit(Backup):
    name, starts = "limit", False
    note = f"libzstd level {LEVEL}, secretstream, 128-KiB blocks, {CORES} threads; no checksum, hash, format or sync"

    def backup(self, site, incremental=False):
        words = [site.reachable(program("files")), "seal", site.data, site.repository]
        return [*words, str(CORES), str(LEVEL), str(BLOCK)]

    def restore(self, site, target):
        return [site.reachable(program("files")), "open", site.repository, target, str(CORES)]


class DurableLimit(Limit):
    name = "limit + sync"
    note = "the same, and what it wrote is synced: the least that \"stored\" and \"restored\" can mean"

    def backup(self, site, incremental=False):
        return synced(super().backup(site), site.repository)

    def restore(self, site, target):
        return synced(super().restore(site, target), target)


class Copy(Backup):
    name, note, starts = "cp", "cp -a: no compression, no encryption, no sync; not a consistent backup", False

    def backup(self, site, incremental=False):
        return ["cp", "-a", f"{site.data}/.", site.repository]

    def restore(self, site, target):
        return ["cp", "-a", f"{site.repository}/.", target]

    def stored_bytes(self, site):
        return tree_bytes(site.repository) - tree_bytes(site.repository / "pg_wal")


class PgBaseBackup(Backup):
    name = "pg_basebackup"
    note = f"tar, client-zstd:{LEVEL}, no encryption; restored by zstd and tar"

    def missing(self, account, major):
        return None if shutil.which("zstd") else "zstd is not installed (apt install zstd)"

    def backup(self, site, incremental=False):
        number = len(list(site.repository.iterdir()))
        target, base = site.repository / str(number), site.repository / str(number - 1)
        program = site.made.binaries / "pg_basebackup"
        words = [program, "-D", target, "-Ft", "-c", "fast"]
        words += [f"--incremental={base / 'backup_manifest'}"] if incremental else []
        if b"libzstd.so" in program.read_bytes():
            return [*words, f"--compress=client-zstd:{LEVEL}"]
        # A build without zstd: the same afterwards.
        return ["/bin/sh", "-c", f'"$@" && zstd -{LEVEL} -q --rm {target}/base.tar', "sh", *words]

    def archived_bytes(self, site):
        return sum(path.stat().st_size for path in site.repository.glob("*/pg_wal.tar"))

    def restore(self, site, target):
        full = site.repository / "0"
        # The client compresses the base alone, not the WAL.
        script = 'zstd -dcq "$1/base.tar.zst" | tar -xf - -C "$2" && tar -xf "$1/pg_wal.tar" -C "$2/pg_wal"'
        return ["/bin/bash", "-o", "pipefail", "-c", script, "bash", full, target]


class PgBackRest(Backup):
    name = "pgbackrest"
    note = "as it comes: gz level 6, no encryption, one process"
    newest = 15

    def missing(self, account, major):
        if not shutil.which("pgbackrest"):
            return "pgbackrest is not installed (apt install pgbackrest)"
        return f"it knows PostgreSQL up to {self.newest}" if major > self.newest else None

    def version(self):
        return peers.version(Path(shutil.which("pgbackrest")), "version")

    def settings(self, site: Site) -> dict:
        return {"repo1-path": site.repository}

    def prepare(self, site):
        super().prepare(site)
        for name in ("lock", "log"):
            site.account.directory(site.root / name)
        settings = {
            "lock-path": site.root / "lock", "log-path": site.root / "log", "log-level-file": "off",
            "log-level-console": "error", "repo1-retention-full": 9, "start-fast": "y", **self.settings(site)}
        lines = ["[global]", *(f"{key}={value}" for key, value in settings.items()), "[main]",
                 f"pg1-path={site.data}", f"pg1-socket-path={site.sockets}", "pg1-user=postgres"]
        site.account.file(site.root / "pgbackrest.conf", "\n".join(lines) + "\n")
        site.account.run([*self._program(site), "--no-online", "stanza-create"])

    def _program(self, site):
        return ["pgbackrest", f"--config={site.root}/pgbackrest.conf", "--stanza=main"]

    def archive_command(self, site):
        return f"{' '.join(map(str, self._program(site)))} archive-push %p"

    def archived_bytes(self, site):
        return 0 if self.needs_s3 else tree_bytes(site.repository / "archive")

    def backup(self, site, incremental=False):
        return [*self._program(site), f"--type={'incr' if incremental else 'full'}", "backup"]

    def restore(self, site, target):
        return [*self._program(site), f"--pg1-path={target}", "restore"]


class PgBackRestTuned(PgBackRest):
    name = "pgbackrest tuned"
    note = f"zst level {LEVEL}, aes-256-cbc, {CORES} processes, small files in bundles"

    def settings(self, site):
        return super().settings(site) | {
            "process-max": CORES, "compress-type": "zst", "compress-level": LEVEL, "repo1-cipher-type": "aes-256-cbc",
            "repo1-cipher-pass": secrets.token_urlsafe(32), "repo1-bundle": "y"}


class PgBackRestBlocks(PgBackRestTuned):
    """Block incremental: in 2.45 it is there and called beta; its maps are those of later versions."""

    name = "pgbackrest blocks"
    note = "tuned, with block incremental (beta in 2.45)"

    def settings(self, site):
        return super().settings(site) | {"repo1-block": "y", "beta": "y"}


class PgBackRestS3(PgBackRestTuned):
    name = "pgbackrest s3"
    note = "tuned, to Ceph's S3 gateway over TLS on the loopback"
    needs_s3 = True

    def settings(self, site):
        s3 = site.s3
        return super().settings(site) | {
            "repo1-path": "/pgbackrest", "repo1-type": "s3", "repo1-s3-bucket": self.bucket,
            "repo1-s3-endpoint": "localhost", "repo1-s3-region": s3.region, "repo1-s3-uri-style": "path",
            "repo1-s3-key": s3.key, "repo1-s3-key-secret": s3.secret, "repo1-storage-host": "localhost",
            "repo1-storage-port": s3.port, "repo1-storage-ca-file": s3.authority}


class Trunkline(Backup):
    name = "trunkline"
    note = "as it comes: sealed and signed, local repository"

    def missing(self, account, major):
        if not TRUNKLINE.exists():
            return f"{TRUNKLINE} is not built (`make bench` does that)"
        return None if has("backup") else "this build has no `trunkline backup`"

    def cannot_restore(self):
        return None if has("restore") else "this build has no `trunkline restore`"

    def version(self):
        return peers.version(TRUNKLINE)

    def repository_options(self, site) -> list:
        return ["--repository", f"file://{site.repository}"]

    def prepare(self, site):
        super().prepare(site)
        site.account.directory(site.root / "state")
        site.account.run(
            [*self._program(site, "init"), "--pgdata", site.data, "--cluster", "main", "--identity",
             site.root / "identity", *self.repository_options(site)], environment=self.environment(site))

    def environment(self, site):
        return site.environment(TRUNKLINE_CLUSTER_MAIN_STATE=str(site.root / "state"))

    def _program(self, site, *verb):
        return [site.reachable(TRUNKLINE), *verb, "--config", site.root / "trunkline.toml"]

    def archive_command(self, site):
        return f"{' '.join(map(str, self._program(site, 'wal', 'push')))} %p"

    def archived_bytes(self, site):
        return 0 if self.needs_s3 else tree_bytes(site.repository / "clusters" / "main" / "wal")

    def backup(self, site, incremental=False):
        return [*self._program(site, "backup"), "--json", *([] if incremental else ["--full"])]

    def restore(self, site, target):
        return [*self._program(site, "restore"), "latest", "--to", target]

    def explain_memory(self, site) -> list:
        return [*self._program(site, "backup"), "--explain-memory"]


class TrunklineS3(Trunkline):
    name = "trunkline s3"
    note = "the same to the same S3 gateway as pgbackrest s3"
    needs_s3 = True

    def prepare(self, site):
        super().prepare(site)
        # Ceph 16 ignores If-None-Match when an upload is completed.
        path = site.root / "trunkline.toml"
        lines = path.read_text().splitlines()
        url = next(number for number, line in enumerate(lines) if line.startswith("url "))
        path.write_text("\n".join([*lines[:url + 1], "conditional-complete = false", *lines[url + 1:]]) + "\n")

    def repository_options(self, site):
        return [
            "--repository", f"s3://{self.bucket}/trunkline", "--endpoint", site.s3.endpoint, "--region", site.s3.region]

    def environment(self, site):
        s3 = site.s3
        return super().environment(site) | {
            "AWS_ACCESS_KEY_ID": s3.key, "AWS_SECRET_ACCESS_KEY": s3.secret, "AWS_CA_BUNDLE": str(s3.authority)}


def synced(command: list, folder: Path) -> list:
    """`command`, and then its file system on the disk; nothing else was left to be written before."""
    script = 'folder=$1; shift; "$@" && sync --file-system "$folder"'
    return ["/bin/bash", "-c", script, "bash", folder, *command]


def has(verb: str) -> bool:
    done = subprocess.run([TRUNKLINE, verb, "--help"], env=plain_environment(), capture_output=True)
    return done.returncode == 0


def everyone() -> list[Backup]:
    return [
        Limit(), DurableLimit(), Copy(), PgBaseBackup(), PgBackRest(), PgBackRestTuned(), Trunkline(), PgBackRestS3(),
        TrunklineS3()]


def incremental() -> list[Backup]:
    return [PgBackRestTuned(), PgBackRestBlocks(), PgBaseBackup(), Trunkline()]
