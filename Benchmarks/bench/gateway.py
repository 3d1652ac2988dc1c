"""Ceph's S3 gateway with TLS on the loopback: contrib/services/ceph-rgw, and a second gateway that speaks TLS.

pgBackRest speaks to S3 over TLS alone, so everybody does.
"""

import json
import os
import random
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import accounting
from .delay import Delay
from .place import CHECKOUT, Account, Trouble, plain_environment, tail

SCRIPT = CHECKOUT / "contrib" / "services" / "ceph-rgw"
PORTS = 21
"""The script's twenty and one for TLS."""
START_SECONDS = 120
DAEMONS = ("1mon", "2osd", "3rgw")
AUTHORITY_DAYS = "2"


class Gateway:
    """One for a whole run; each contender's run has a fresh bucket."""

    def __init__(self, account: Account, work: Path):
        self.account, self.folder, self.log = account, work / "ceph", work / "ceph.log"
        self.process = None

    @staticmethod
    def missing() -> str | None:
        needed = ("radosgw", "ceph-mon", "ceph-osd", "openssl", "curl")
        absent = [name for name in needed if not shutil.which(name)]
        return f"{', '.join(absent)} not installed; `contrib/setup bench` does that" if absent else None

    def __enter__(self):
        first = free_ports(PORTS)
        self.port = first + PORTS - 1
        self.folder.mkdir(mode=0o755)
        self._script("start", str(first))
        lines = (self.folder / "service.env").read_text().splitlines()
        values = dict(line.split("=", 1) for line in lines)
        self.region, self.key, self.secret = (
            values[name] for name in ("region", "access_key_id", "secret_access_key"))
        self._certificate()
        self._start_tls()
        return self

    def __exit__(self, *_):
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._script("remove")

    @property
    def endpoint(self) -> str:
        return f"https://localhost:{self.port}"

    @property
    def authority(self) -> Path:
        """The certificate to trust."""
        return self.folder / "authority.pem"

    def make_bucket(self, name: str):
        self._curl("--request", "PUT", f"{self.endpoint}/{name}")

    def remove_bucket(self, name: str):
        self._admin("bucket", "rm", f"--bucket={name}", "--purge-objects", "--bypass-gc")

    def stored_bytes(self, bucket: str) -> int:
        usage = json.loads(self._admin("bucket", "stats", f"--bucket={bucket}"))["usage"]
        return sum(kind["size"] for kind in usage.values())

    def cpu_seconds(self) -> float:
        pids = [int((self.folder / "run" / f"{name}.pid").read_text()) for name in DAEMONS]
        return sum(accounting.process_seconds(pid) for pid in [*pids, self.process.pid])

    def _script(self, *words):
        # Its daemons keep what they inherit: pipes would keep this process waiting for them.
        with open(self.log, "ab") as log:
            done = subprocess.run(
                [SCRIPT, words[0], self.folder, *words[1:]], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        if done.returncode != 0:
            raise Trouble(f"ceph-rgw {words[0]}: exit {done.returncode}\n{tail(self.log.read_text(errors='replace'))}")

    def _certificate(self):
        key, pem = self.folder / "key.pem", self.folder / "gateway.pem"
        self._run([
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
            AUTHORITY_DAYS, "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout",
            key, "-out", self.authority])
        pem.write_text(self.authority.read_text() + key.read_text())
        self.authority.chmod(0o644)

    def _start_tls(self):
        """A second gateway over the same storage; options on the command line go before the file's."""
        frontend = f"beast ssl_endpoint=127.0.0.1:{self.port} ssl_certificate={self.folder}/gateway.pem tcp_nodelay=1"
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                ["radosgw", "--conf", self.folder / "etc" / "ceph.conf", "-n", "client.rgw", "-f", "--rgw_frontends",
                 frontend, "--admin_socket", ""], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            if subprocess.run(self._curl_words(f"{self.endpoint}/"), capture_output=True).returncode == 0:
                return
            time.sleep(0.1)
        raise Trouble(f"radosgw does not answer over TLS:\n{tail(self.log.read_text(errors='replace'))}")

    def _curl(self, *words):
        signed = [
            "--fail-with-body", "--aws-sigv4", f"aws:amz:{self.region}:s3", "--user", f"{self.key}:{self.secret}",
            "--header", "x-amz-content-sha256: UNSIGNED-PAYLOAD"]
        return self._run([*self._curl_words(*signed), *words])

    def _curl_words(self, *words):
        return ["curl", "--silent", "--show-error", "--max-time", "30", "--cacert", str(self.authority), *words]

    def _admin(self, *words) -> str:
        return self._run(["radosgw-admin", *words, "--conf", self.folder / "etc" / "ceph.conf"])

    def _run(self, words) -> str:
        done = subprocess.run(
            [str(word) for word in words], stdin=subprocess.DEVNULL, capture_output=True, text=True,
            env=plain_environment(PATH=os.environ.get("PATH", "/usr/bin") + ":/usr/sbin"))
        if done.returncode != 0:
            raise Trouble(f"{words[0]}: exit {done.returncode}\n{tail(done.stderr or done.stdout)}")
        return done.stdout


@dataclass
class Bucket:
    """A bucket for one run, and the way to it: straight, or through the delaying proxy."""

    gateway: Gateway
    name: str
    delay: Delay | None = None

    @property
    def port(self) -> int:
        return self.delay.port if self.delay else self.gateway.port

    @property
    def endpoint(self) -> str:
        return f"https://localhost:{self.port}"

    @property
    def credentials(self) -> dict:
        """What programs that speak to S3 find in their environment."""
        gateway = self.gateway
        return {
            "AWS_ACCESS_KEY_ID": gateway.key, "AWS_SECRET_ACCESS_KEY": gateway.secret,
            "AWS_CA_BUNDLE": str(gateway.authority), "AWS_DEFAULT_REGION": gateway.region}

    def stored_bytes(self) -> int:
        return self.gateway.stored_bytes(self.name)

    def connections(self) -> int:
        """TLS connections that are open to the server now; everything is on the loopback."""
        lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
        remote, established = f":{self.port:04X}", "01"
        return sum(fields[2].endswith(remote) and fields[3] == established for fields in map(str.split, lines))


@contextmanager
def bucket(gateway: Gateway, name: str, delay: Delay | None = None):
    gateway.make_bucket(name)
    try:
        yield Bucket(gateway, name, delay)
    finally:
        if delay:
            delay.switch(False)
        gateway.remove_bucket(name)


def free_ports(count: int) -> int:
    """The first of `count` free neighbours, below the range the kernel gives to outgoing connections."""
    for _ in range(200):
        first = random.randrange(20000, 32000 - count)
        if all(can_bind(port) for port in range(first, first + count)):
            return first
    raise Trouble(f"no {count} free ports")


def can_bind(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
