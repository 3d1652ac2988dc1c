"""Peak resident memory of single pushes and fetches, of small and large segments, beside the printed bound."""

import json
import re
import shutil
import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path

from .contenders import BarmanCloud, Contender, PgBackRest, Place
from .gateway import Gateway, bucket
from .ours import Trunkline
from .place import Account, Trouble, tail
from .programs import program
from .workload import Made, digest

TOTAL = re.compile(r"(\d+) KiB  in all$", re.MULTILINE)
"""The last line of what `--explain-memory` prints."""
VERBS = ("push", "fetch")


def contenders() -> list[Contender]:
    return [PgBackRest(asynchronous=False), BarmanCloud(), Trunkline()]


def measure(
        present: list[Contender], workloads: list[Made], rounds: int, account: Account, work: Path,
        gateway: Gateway | None) -> list[dict]:
    """A row for each program, segment size and verb: the highest peak of all rounds."""
    rows = []
    for contender in present:
        for made in workloads:
            found = [run(contender, made, account, work, gateway) for _ in range(rounds)]
            for verb in VERBS:
                peak_bytes, limit = max(result[verb]["peak_bytes"] for result in found), found[0][verb]["bound_bytes"]
                rows.append({
                    "name": contender.name, "segment_mib": made.description["segment_mib"], "verb": verb,
                    "peak_bytes": peak_bytes, "bound_bytes": limit, "within": limit is None or peak_bytes <= limit})
    return rows


def run(contender: Contender, made: Made, account: Account, work: Path, gateway: Gateway | None) -> dict:
    root = account.directory(work / "memory", mode=0o755)
    try:
        with ExitStack() as stack:
            s3 = stack.enter_context(bucket(gateway, "memory")) if contender.needs_s3 else None
            place = Place(account, root, made.copy(root / "pgdata"), s3)
            contender.prepare(place)
            name = made.names[0]
            push = peak(contender, place, contender.push(place, f"pg_wal/{name}"))
            target = place.data / "pg_wal" / "RESTORED"
            fetch = peak(contender, place, contender.fetch(place, name, target))
            if digest(target) != made.description["segments"][name]:
                raise Trouble(f'{contender.name}: segment "{name}" came back changed')
            results = {"push": push, "fetch": fetch}
            for verb in VERBS:
                results[verb]["bound_bytes"] = bound(contender, place, verb)
            return results
    finally:
        shutil.rmtree(root, ignore_errors=True)


def peak(contender: Contender, place: Place, command: list) -> dict:
    """What `peak` tells of a command, run in the data directory as PostgreSQL does."""
    with tempfile.TemporaryFile("w+") as answer:
        redirect = ["/bin/sh", "-c", f'exec 3>&{answer.fileno()}; exec "$@"', "sh"]
        done = subprocess.run(
            [*redirect, str(place.reachable(program("peak"))), *map(str, command)], pass_fds=[answer.fileno()],
            cwd=place.data, env=contender.environment(place), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, **place.account.spawn)
        if done.returncode != 0:
            raise Trouble(f"{' '.join(map(str, command))}: exit {done.returncode}\n{tail(done.stdout)}")
        answer.seek(0)
        return json.load(answer)


def bound(contender: Contender, place: Place, verb: str) -> int | None:
    """The total that `--explain-memory` prints, in bytes; nobody else promises one."""
    if not isinstance(contender, Trunkline):
        return None
    command = contender.explain_memory(place, verb)
    text = place.account.run(command, environment=contender.environment(place), cwd=place.data)
    total = TOTAL.search(text)
    if not total:
        raise Trouble(f"--explain-memory prints no total:\n{text}")
    return int(total[1]) << 10
