"""S3 servers from contrib/services, started when a test first asks for one."""

import os
import pathlib
import random
import socket
import subprocess

import boto3
from botocore.config import Config

ROOT = pathlib.Path(__file__).resolve().parents[3]
SCRIPTS = ROOT / "contrib/services"
PORTS = {"moto": 1, "openstack-swift": 4, "ceph-rgw": 20}
START_SECONDS_MAX = 180

# Ceph 16 takes a multipart upload's If-None-Match for nothing: the configuration must say so.
QUIRKS = {"ceph-rgw": {"conditional-complete": False}}


def free_ports(count):
    """The first of `count` free neighbours, below the range the kernel gives to outgoing connections."""
    for _ in range(200):
        first = random.randrange(20000, 32000 - count)
        if all(can_bind(port) for port in range(first, first + count)):
            return first
    raise RuntimeError(f"no {count} free ports")


def can_bind(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


class Service:
    """One running S3 server."""

    def __init__(self, name, folder):
        self.name = name
        self.folder = pathlib.Path(folder)
        self.port = free_ports(PORTS[name])
        self.start()

    def start(self):
        self._script("start", str(self.port))
        lines = (self.folder / "service.env").read_text().splitlines()
        values = dict(line.split("=", 1) for line in lines)
        self.endpoint = values["endpoint"]
        self.region = values["region"]
        self.access_key_id = values["access_key_id"]
        self.secret_access_key = values["secret_access_key"]

    def stop(self):
        self._script("stop")

    def remove(self):
        self._script("remove")

    def _script(self, verb, *words):
        arguments = [str(SCRIPTS / self.name), verb, str(self.folder), *words]
        # Its daemons keep what they inherit: pipes would keep this process waiting for them.
        with open(f"{self.folder}.out", "ab") as out:
            done = subprocess.run(arguments, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                  timeout=START_SECONDS_MAX, check=False)
        told = pathlib.Path(f"{self.folder}.out").read_text()[-2000:]
        assert done.returncode == 0, f"{self.name} {verb}: exit {done.returncode}\n{told}"

    def client(self):
        return boto3.client(
            "s3", endpoint_url=self.endpoint, region_name=self.region, aws_access_key_id=self.access_key_id,
            aws_secret_access_key=self.secret_access_key,
            config=Config(s3={"addressing_style": "path"}, request_checksum_calculation="when_required",
                          response_checksum_validation="when_required", retries={"max_attempts": 3}))


class Services:
    """At most one server of each kind in a run of the tests."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(exist_ok=True)
        self.running = {}

    def __getitem__(self, name):
        if name not in self.running:
            self.running[name] = Service(name, self.folder / name)
        return self.running[name]

    def remove(self):
        for service in self.running.values():
            service.remove()


def installed(name):
    """Ceph is large: where its packages are missing, tests on it are skipped unless TRUNKLINE_TEST_ALL is set."""
    if os.environ.get("TRUNKLINE_TEST_ALL"):
        return True
    return name != "ceph-rgw" or any(os.access(f"{folder}/radosgw", os.X_OK) for folder in ("/usr/bin", "/usr/sbin"))
