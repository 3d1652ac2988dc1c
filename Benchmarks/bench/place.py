"""Where things are: the checkout, what is kept between runs, and the throwaway directory of one run."""

import ctypes
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
KEPT = CHECKOUT / ".build" / "bench"
"""WAL, programs, Python packages and results: never committed."""
TRUNKLINE = CHECKOUT / ".build" / "release" / "trunkline"
PIPELINE = CHECKOUT / ".build" / "release" / "trunkline-bench"

SERVER_USER = "postgres"
"""PostgreSQL refuses to run as root; root becomes this user for servers and archivers."""


class Trouble(Exception):
    """A benchmark that cannot go on; the text is for the person at the terminal."""


class Grounds:
    """The folder of one run of one contender; subclasses say with `root` where it is."""

    root: Path

    @property
    def repository(self) -> Path:
        return self.root / "repository"

    def reachable(self, source: Path) -> Path:
        """A copy of a program that the servers' user reaches wherever the checkout is."""
        copy = self.root / source.name
        if not copy.exists():
            shutil.copy2(source, copy)
            copy.chmod(0o755)
        return copy


class Account:
    """The user that servers and archivers run as: the caller, or `SERVER_USER` if that is root."""

    def __init__(self):
        self.switches = os.geteuid() == 0
        name = SERVER_USER if self.switches else pwd.getpwuid(os.geteuid()).pw_name
        try:
            self.entry = pwd.getpwnam(name)
        except KeyError:
            raise Trouble(f'user "{name}" does not exist, and PostgreSQL refuses to run as root')

    @property
    def spawn(self) -> dict:
        """Arguments of `subprocess` that start a program as this user."""
        if not self.switches:
            return {}
        return {"user": self.entry.pw_uid, "group": self.entry.pw_gid, "extra_groups": []}

    def own(self, path: Path):
        if self.switches:
            os.chown(path, self.entry.pw_uid, self.entry.pw_gid)

    def directory(self, path: Path, mode=0o700) -> Path:
        path.mkdir(parents=True, mode=mode)
        self.own(path)
        return path

    def file(self, path: Path, text: str) -> Path:
        path.write_text(text)
        self.own(path)
        return path

    def run(self, arguments, environment=None, cwd="/", **options) -> str:
        """Runs a program to its end and returns what it printed; a failure carries its last lines."""
        done = subprocess.run(
            [str(a) for a in arguments], env=environment or plain_environment(), cwd=cwd, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **self.spawn, **options)
        if done.returncode != 0:
            words = " ".join(map(str, arguments))
            raise Trouble(f"{words}: exit {done.returncode}\n{tail(done.stderr or done.stdout)}")
        return done.stdout

    def cannot_reach(self, program: Path) -> str | None:
        """Says so if this user cannot execute `program`, for instance because of a directory above it."""
        test = subprocess.run(["/usr/bin/test", "-x", str(program)], cwd="/", **self.spawn)
        return f'user "{self.entry.pw_name}" cannot reach {program}' if test.returncode else None


def plain_environment(**more) -> dict:
    """The bare environment that archivers of real installations see."""
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", **more}


def tail(text: str, lines=12) -> str:
    return "\n".join(text.strip().splitlines()[-lines:])


def postgres_binaries() -> Path:
    """`TRUNKLINE_BENCH_PG`, or Debian's PostgreSQL 15, or the newest there is."""
    named = os.environ.get("TRUNKLINE_BENCH_PG")
    candidates = [Path(named)] if named else [Path("/usr/lib/postgresql/15/bin")]
    if not named:
        candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for candidate in candidates:
        if (candidate / "postgres").exists() and (candidate / "initdb").exists():
            return candidate
    raise Trouble(f"no PostgreSQL server in {candidates[0]}; install postgresql-15 or set TRUNKLINE_BENCH_PG")


def postgres_of(major: int) -> Path:
    """The programs of one major version: Debian's, or those that `contrib/setup test` puts below .build."""
    if (named := os.environ.get("TRUNKLINE_BENCH_PG")) and major == 15:
        return Path(named)
    candidates = [Path(f"/usr/lib/postgresql/{major}/bin"), CHECKOUT / ".build" / "postgresql" / str(major) / "bin"]
    for candidate in candidates:
        if (candidate / "postgres").exists():
            return candidate
    raise Trouble(f"no PostgreSQL {major}; `contrib/setup bench` installs it")


def throwaway(parent: str | None = None) -> Path:
    """A new directory, short enough for socket names, that every user may pass through."""
    parent = parent or os.environ.get("TRUNKLINE_BENCH_DIR", "/var/tmp")
    made = Path(tempfile.mkdtemp(prefix="tl-bench-", dir=parent))
    made.chmod(0o755)
    return made


def memory_directory(byte_count: int) -> str | None:
    """A file system in memory with that much room, for runs whose figures mean nothing, unless a place is named."""
    path = "/dev/shm"
    if "TRUNKLINE_BENCH_DIR" in os.environ or not os.access(path, os.W_OK):
        return None
    system = os.statvfs(path)
    fits = system.f_bavail * system.f_frsize >= byte_count and not system.f_flag & os.ST_NOEXEC
    return path if fits else None


def copy_linked(source: Path, target: Path, linked) -> None:
    """Copies a tree with owners; files for which `linked(path)` holds become hard links where that is possible."""

    def copy(from_path, to_path):
        if linked(Path(from_path)):
            try:
                return os.link(from_path, to_path)
            except OSError:
                pass
        shutil.copy2(from_path, to_path)
        keep_owner(from_path, to_path)

    shutil.copytree(source, target, copy_function=copy, symlinks=True)
    for directory, _, _ in os.walk(source):
        keep_owner(directory, target / Path(directory).relative_to(source))


def keep_owner(source, target):
    if os.geteuid() == 0:
        status = os.stat(source)
        os.chown(target, status.st_uid, status.st_gid)


def flush(directory: Path):
    """Leaves nothing of the file system of `directory` to be written: syncfs(2)."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if ctypes.CDLL(None, use_errno=True).syncfs(handle) != 0:
            raise Trouble(f'syncfs "{directory}": {os.strerror(ctypes.get_errno())}')
    finally:
        os.close(handle)


def tree_bytes(root: Path) -> int:
    """The bytes of all files below `root`."""
    return sum((Path(d) / f).stat().st_size for d, _, files in os.walk(root) for f in files)
