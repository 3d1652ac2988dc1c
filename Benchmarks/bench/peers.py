"""The Python packages of the peers, and the loopback S3 server that barman-cloud needs."""

import shutil
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

from .place import CHECKOUT, Account, Trouble, plain_environment, tail

VENV = CHECKOUT / ".build" / "barman"
REQUIREMENTS = CHECKOUT / "Benchmarks" / "barman.txt"
BUCKET = "bench"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "benchbench", "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_REGION": "us-east-1"}
START_SECONDS = 30


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
    for program in ("barman-cloud-wal-archive", "moto_server"):
        if not (VENV / "bin" / program).exists():
            return f"{program} is not installed; `contrib/setup bench` or `Benchmarks/run --install` does that"
    return None


def version(program: Path, word="--version") -> str:
    """The last word of the first line that a program says about its version."""
    done = subprocess.run([program, word], capture_output=True, text=True, env=plain_environment())
    return (done.stdout or done.stderr).strip().splitlines()[0].split()[-1]


class MotoServer:
    """moto's imitation of S3: objects in memory, signatures not checked, one process. Started empty for every run."""

    def __init__(self, account: Account, work: Path):
        self.account, self.work = account, work
        self.process = None

    def __enter__(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.log = self.work / "moto.log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [VENV / "bin" / "moto_server", "-H", "127.0.0.1", "-p", str(self.port)], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, cwd=self.work, env=plain_environment())
        self._wait_until_ready()
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _wait_until_ready(self):
        deadline = time.monotonic() + START_SECONDS
        request = urllib.request.Request(f"{self.endpoint}/{BUCKET}", method="PUT")
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                urllib.request.urlopen(request, timeout=5).close()
                return
            except OSError:
                time.sleep(0.05)
        raise Trouble(f"moto_server did not start:\n{tail(self.log.read_text(errors='replace'))}")

    def objects(self) -> list[tuple[str, int]]:
        """Keys and sizes of the bucket."""
        import xml.etree.ElementTree as xml
        found, after = [], ""
        while True:
            url = f"{self.endpoint}/{BUCKET}?list-type=2&max-keys=1000&start-after={urllib.request.quote(after)}"
            with urllib.request.urlopen(url, timeout=60) as answer:
                root = xml.parse(answer).getroot()
            space = {"s": root.tag[1:].split("}")[0]}
            page = [(c.find("s:Key", space).text, int(c.find("s:Size", space).text))
                    for c in root.findall("s:Contents", space)]
            found += page
            if root.findtext("s:IsTruncated", "false", space) != "true" or not page:
                return found
            after = page[-1][0]
