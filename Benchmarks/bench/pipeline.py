"""Throughput of the pipeline on one stream, beside the limit: the same bytes, level, block size and threads.

The two programs take turns, pass by pass, so that whatever else the machine does hits both alike.
"""

import json
import os
import subprocess
from pathlib import Path

from .place import PIPELINE, Trouble, plain_environment, tail
from .plan import MIB
from .programs import program

LEVEL = 1
BLOCK = MIB
THREADS = len(os.sched_getaffinity(0))
DIRECTIONS = {"push": "seal", "fetch": "open"}


def measure(stream: Path, rounds: int, say) -> dict:
    """Passes of every program in both directions, as `{direction: {program: [pass, …]}}`."""
    programs = {"limit": program("limit")}
    if PIPELINE.exists():
        programs["trunkline"] = PIPELINE
    else:
        say(f"pipeline: trunkline is absent: {PIPELINE} is not built (`make bench` does that)")
    found = {direction: {name: [] for name in programs} for direction in DIRECTIONS}
    for _ in range(rounds):
        for direction, verb in DIRECTIONS.items():
            for name, path in programs.items():
                found[direction][name].append(one_pass(path, verb, stream))
    return found


def one_pass(path: Path, verb: str, stream: Path) -> dict:
    done = subprocess.run(
        [path, verb, stream, str(THREADS), str(LEVEL), str(BLOCK)], stdin=subprocess.DEVNULL, capture_output=True,
        text=True, env=plain_environment())
    if done.returncode != 0:
        raise Trouble(f"{path.name} {verb}: exit {done.returncode}\n{tail(done.stderr)}")
    result = json.loads(done.stdout.strip().splitlines()[-1])
    if result["content_bytes"] != stream.stat().st_size or result["seconds"] <= 0:
        raise Trouble(f"{path.name} {verb} did not do the whole stream: {done.stdout}")
    result["mib_per_second"] = result["content_bytes"] / MIB / result["seconds"]
    result["cpu_per_gib"] = result["cpu_seconds"] * 1024 / (result["content_bytes"] / MIB)
    return result
