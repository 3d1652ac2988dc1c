"""The limits of a drain: our libraries alone over the same segments, libcurl alone over what they made, and both."""

import json
import shutil
import subprocess
from operator import add
from pathlib import Path

from .contenders import CORES, LEVEL
from .gateway import Bucket
from .place import Trouble, flush, plain_environment, tail
from .plan import GIB, MIB
from .programs import program
from .workload import Made

SYNC_THREADS = 4 * CORES
"""So that a thread that waits for the disk leaves no core idle."""
SEALS_TOO = "the same, while the segments are sealed on the same cores"
CONNECTIONS = 8
"""Of the upload, if nobody told how many the agent opens."""


def sealing(made: Made) -> dict:
    """Sealed and forgotten: as fast as it gets on these cores."""
    return segments(made, CORES, "forget", Path("-")) | {"note": f"zstd level {LEVEL}, secretstream; forgets it"}


def durable_sealing(made: Made, work: Path) -> dict:
    """The same, and stored: the least that "archived" can mean of what is sealed."""
    target = work / "limit"
    target.mkdir()
    flush(target)
    try:
        note = "the same, written; file and directory synced"
        return segments(made, SYNC_THREADS, "sync", target) | {"note": note}
    finally:
        shutil.rmtree(target)


def sealed(made: Made, work: Path) -> Path:
    """The sealed segments, for the upload; made once."""
    target = work / "sealed"
    if not target.exists():
        target.mkdir()
        segments(made, CORES, "keep", target)
    return target


def segments(made: Made, threads: int, what: str, target: Path) -> dict:
    found = run(*sealing_words(made, threads, what, target))
    if found["content_bytes"] != made.byte_count:
        raise Trouble(f"the limit did {found['content_bytes']} of {made.byte_count} bytes")
    return found | {"cpu_per_gib": found["cpu_seconds"] * GIB / made.byte_count, "stored_bytes": found["sealed_bytes"]}


def sealing_words(made: Made, threads: int, what: str, target: Path) -> list:
    return [program("segments"), threads, LEVEL, MIB, what, target, *(made.segment(name) for name in made.names)]


def upload(made: Made, bucket: Bucket, connections: int, work: Path, seals=False) -> dict:
    """What the S3 server takes from the same number of connections; with `seals` the same segments are sealed, and
    forgotten, at the same time on the same cores, and the time is that of the longer."""
    directory = sealed(made, work)
    sealer = start(*sealing_words(made, CORES, "forget", Path("-"))) if seals else None
    outside, delayed = bucket.gateway.cpu_seconds(), bucket.delay.cpu_seconds() if bucket.delay else 0.0
    gateway = bucket.gateway
    found = run(
        program("upload"), f"{bucket.endpoint}/{bucket.name}", gateway.region, gateway.authority, connections,
        directory, environment=plain_environment(**bucket.credentials))
    if sealer:
        both = finish(sealer, "segments")
        found |= {key: combine(found[key], both[key]) for key, combine in (("seconds", max), ("cpu_seconds", add))}
    if found["objects"] != len(made.names):
        raise Trouble(f"the limit uploaded {found['objects']} of {len(made.names)} objects")
    used = {"server_cpu_per_gib": (gateway.cpu_seconds() - outside) * GIB / made.byte_count}
    if bucket.delay:
        used["delay_cpu_per_gib"] = (bucket.delay.cpu_seconds() - delayed) * GIB / made.byte_count
    return found | used | {
        "cpu_per_gib": found["cpu_seconds"] * GIB / made.byte_count, "stored_bytes": found["sealed_bytes"],
        "note": SEALS_TOO if seals else f"libcurl, {connections} connections, bytes that are sealed already"}


def run(*words, environment=None) -> dict:
    return finish(start(*words, environment=environment), Path(words[0]).name)


def start(*words, environment=None) -> subprocess.Popen:
    return subprocess.Popen(
        list(map(str, words)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=environment or plain_environment())


def finish(process: subprocess.Popen, name: str) -> dict:
    said, complained = process.communicate()
    if process.returncode != 0:
        raise Trouble(f"{name}: exit {process.returncode}\n{tail(complained)}")
    return json.loads(said)
