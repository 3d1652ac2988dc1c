"""PostgreSQL's archiver, held at a gate and observed from within: see `Limit/archiver.c`."""

import shutil
import time
from pathlib import Path

from .place import Account, Trouble
from .programs import program


class Archiver:
    """The observed archiver of one server: it takes up its first segment when the gate opens."""

    def __init__(self, account: Account, root: Path):
        self.gate, self.times, self.library = root / "gate", root / "times", root / "archiver.so"
        if not self.library.exists():
            shutil.copy2(program("archiver"), self.library)
            self.library.chmod(0o755)
        account.file(self.times, "")

    @property
    def environment(self) -> dict:
        return {"LD_PRELOAD": str(self.library), "BENCH_GATE": str(self.gate), "BENCH_TIMES": str(self.times)}

    def open(self):
        self.gate.touch()

    def seen(self, names: list[str], started: float) -> dict:
        """Seconds until the last of `names` was done, milliseconds that each took, and how often a try failed."""
        taken, done, tries = {}, {}, 0
        for line in self.times.read_text().splitlines():
            what, name, nanoseconds = line.split()
            tries += what == "S"
            (taken if what == "S" else done).setdefault(name, int(nanoseconds) / 1e9)
        if unseen := [name for name in names if name not in taken or name not in done]:
            raise Trouble(f"the archiver was not observed with {unseen[0]} and {len(unseen) - 1} others")
        return {
            "seconds": max(done[name] for name in names) - started,
            "latencies_ms": [round(1000 * (done[name] - taken[name]), 3) for name in names],
            "failed_tries": tries - len(taken)}


def wait_for_last(server, names: list[str], limit_seconds: float, poll_seconds: float, look=lambda: None):
    """Until the last segment is `.done`, which the archiver reaches in order; all others have to be, too."""
    last = server.data / "pg_wal" / "archive_status" / f"{names[-1]}.done"
    limit = time.monotonic() + limit_seconds
    while not last.exists():
        if time.monotonic() > limit or server.process.poll() is not None:
            raise Trouble(f"the archiver did not finish:\n{server.last_words()}")
        look()
        time.sleep(poll_seconds)
    if unfinished := set(names) - set(server.archive_status(".done")):
        raise Trouble(f"not archived though the last one is: {', '.join(sorted(unfinished))}")
