"""The Python packages of the peers."""

import shutil
import subprocess
from pathlib import Path

from .place import CHECKOUT, plain_environment, tail

VENV = CHECKOUT / ".build" / "barman"
REQUIREMENTS = CHECKOUT / "Benchmarks" / "barman.txt"


def install(say):
    """Installs the packages; Debian's own Python, because the servers' user must reach the interpreter too."""
    stamp = VENV / ".stamp"
    if stamp.exists() and stamp.read_bytes() == REQUIREMENTS.read_bytes():
        return
    python = "/usr/bin/python3" if Path("/usr/bin/python3").exists() else shutil.which("python3")
    say(f"installing {REQUIREMENTS.name} into {VENV}")
    pip = [VENV / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", "-r", REQUIREMENTS]
    for command in ([python, "-m", "venv", "--clear", VENV], pip):
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            return say(f"the peers' Python packages cannot be installed:\n{tail(done.stdout)}")
    shutil.copyfile(REQUIREMENTS, stamp)


def missing() -> str | None:
    """Why barman-cloud cannot run, if it cannot."""
    name = "barman-cloud-wal-archive"
    present = (VENV / "bin" / name).exists()
    how = "`contrib/setup bench` or `Benchmarks/run --install` does that"
    return None if present else f"{name} is not installed; {how}"


def version(program: Path, word="--version") -> str:
    """The last word of the first line that a program says about its version."""
    done = subprocess.run([program, word], capture_output=True, text=True, env=plain_environment())
    return (done.stdout or done.stderr).strip().splitlines()[0].split()[-1]
