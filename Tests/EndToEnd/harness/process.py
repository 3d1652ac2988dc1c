"""Running programs as the account the servers belong to."""

import dataclasses
import os
import pathlib
import pwd
import shutil
import subprocess

SECONDS_MAX = 120.0


@dataclasses.dataclass(frozen=True)
class Account:
    """Who PostgreSQL and the program run as: PostgreSQL refuses root, so root hands over to somebody else."""

    name: str
    uid: int
    gid: int

    @staticmethod
    def of_servers():
        if os.geteuid() != 0:
            mine = pwd.getpwuid(os.geteuid())
            return Account(mine.pw_name, mine.pw_uid, mine.pw_gid)
        for name in (os.environ.get("TRUNKLINE_TEST_USER"), "postgres", "nobody"):
            try:
                entry = pwd.getpwnam(name) if name else None
            except KeyError:
                continue
            if entry:
                return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
        raise RuntimeError("no unprivileged account to run PostgreSQL as; set TRUNKLINE_TEST_USER")

    def popen_arguments(self):
        """Keyword arguments of subprocess that make a child run as this account."""
        if os.geteuid() != 0:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path):
        if os.geteuid() == 0:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def own_tree(self, top):
        self.own(top)
        for folder, folders, files in os.walk(top):
            for name in folders + files:
                self.own(os.path.join(folder, name))

    def make_directory(self, path, mode=0o700):
        path = pathlib.Path(path)
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(mode)
        self.own(path)
        return path

    def write(self, path, content, mode=0o600):
        path = pathlib.Path(path)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        path.chmod(mode)
        self.own(path)
        return path


def environment(home, extra=None):
    """The environment of every child: nothing of the caller's leaks in."""
    values = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": str(home)}
    values.update(extra or {})
    return values


@dataclasses.dataclass
class Outcome:
    """How a program ended."""

    arguments: list
    code: int  # negative: the signal it died of
    out: str
    err: str

    def __str__(self):
        words = " ".join(str(word) for word in self.arguments)
        return f"$ {words}\nexit {self.code}\n{self.out}{self.err}"


def run(arguments, account, home, *, env=None, cwd=None, seconds=SECONDS_MAX, input=None, check=False):
    """Runs to the end and returns the Outcome; `check` makes any exit code but zero an AssertionError."""
    done = subprocess.run(
        [str(word) for word in arguments],
        capture_output=True,
        cwd=cwd or home,
        env=env if env is not None else environment(home),
        timeout=seconds,
        input=input,
        stdin=subprocess.DEVNULL if input is None else None,
        **account.popen_arguments(),
    )
    outcome = Outcome(arguments, done.returncode, done.stdout.decode(errors="replace"),
                      done.stderr.decode(errors="replace"))
    assert not check or outcome.code == 0, str(outcome)
    return outcome


class Running:
    """A program in the background, in a process group of its own."""

    def __init__(self, arguments, account, home, *, env=None, cwd=None):
        self.arguments = arguments
        self.process = subprocess.Popen(
            [str(word) for word in arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, cwd=cwd or home, env=env if env is not None else environment(home),
            start_new_session=True, **account.popen_arguments())

    @property
    def is_alive(self):
        return self.process.poll() is None

    def send(self, signal):
        self.process.send_signal(signal)

    def wait(self, seconds=SECONDS_MAX):
        """The Outcome, at the end."""
        try:
            out, err = self.process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            out, err = self.process.communicate()
            raise AssertionError(f"still running after {seconds:g} s: {self.outcome(out, err)}") from None
        return self.outcome(out, err)

    def outcome(self, out, err):
        return Outcome(self.arguments, self.process.returncode, out.decode(errors="replace"),
                       err.decode(errors="replace"))

    def kill(self):
        self.process.kill()
        return self.wait(30)


def copy_tree(source, target):
    """A copy with owners, modes and links; shared blocks where the file system can."""
    subprocess.run(["cp", "--archive", "--reflink=auto", str(source), str(target)], check=True)


def remove_tree(path):
    shutil.rmtree(path, ignore_errors=True)
