"""CPU time of a whole family of processes, those that detach themselves included.

The measured part runs in a forked copy of the driver which makes itself a *child subreaper* (prctl(2)): whatever a
server or an archive command leaves behind, however often it forks and whatever session it starts, becomes a child of
that copy when its parent ends. Once it has waited for all of them, RUSAGE_CHILDREN is the sum over everybody, to the
microsecond, with no sampling and no privilege. What a started server has used up before the measured moment is read
from /proc and subtracted.
"""

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import time
import traceback
from pathlib import Path

from .place import Trouble

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
TICKS = os.sysconf("SC_CLK_TCK")
SETTLE_SECONDS = 60
"""How long background processes may go on after the work is done."""
END_SECONDS = 5
"""How long they have to end when told to, before they are killed."""


def apart(body) -> dict:
    """Runs `body` in a forked subreaper and returns the dictionary it makes; Trouble travels back as Trouble."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            with os.fdopen(writing, "w") as answer:
                json.dump(_answer(body), answer)
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        text = answer.read()
    os.waitpid(child, 0)
    if not text:
        raise Trouble("a measured run ended without a result")
    result = json.loads(text)
    if "trouble" in result:
        raise Trouble(result["trouble"])
    return result


def _answer(body) -> dict:
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    if prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0 or prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0) != 0:
        return {"trouble": "the kernel refuses PR_SET_CHILD_SUBREAPER"}
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        return body()
    except Trouble as trouble:
        return {"trouble": str(trouble)}
    except Exception:
        return {"trouble": traceback.format_exc()}
    finally:
        end_family()


def check():
    """Proves the accounting on a process that burns CPU in a session of its own, orphaned twice over."""
    burn = "import time\nwhile time.process_time() < 0.2: pass"
    detach = f"import os, sys\nif os.fork(): os._exit(0)\nos.setsid()\nif os.fork(): os._exit(0)\n{burn}"

    def body():
        subprocess.run([sys.executable, "-S", "-c", detach], check=True)
        wait_for_family()
        return {"seconds": ended_seconds()}

    if (seconds := apart(body)["seconds"]) < 0.2:
        raise Trouble(f"the CPU time of detached processes is not seen: {seconds:.3f} of 0.2 s")


def family_seconds() -> float:
    """CPU seconds so far of everyone below this process: the dead who were waited for, and the living."""
    total = ended_seconds()
    for stat in _descendants():
        # utime, stime and the same of waited-for children: fields 14 to 17 of proc(5), counted after the name.
        total += sum(int(field) for field in stat[11:15]) / TICKS
    return total


def ended_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def process_seconds(pid: int) -> float:
    """CPU seconds of one living process, its waited-for children included."""
    stat = _stat(pid)
    return sum(int(field) for field in stat[11:15]) / TICKS if stat else 0.0


def wait_for_family() -> float:
    """Waits until nobody is left, and returns the seconds it took."""
    started = time.monotonic()
    if not _reap(started + SETTLE_SECONDS):
        raise Trouble(f"background processes went on for {SETTLE_SECONDS} s after the work was done")
    return time.monotonic() - started


def end_family():
    """Leaves nobody behind: SIGQUIT is PostgreSQL's immediate shutdown, and ends everybody else too."""
    for number in (signal.SIGQUIT, signal.SIGKILL):
        for stat in _descendants():
            try:
                os.kill(int(stat[-1]), number)
            except ProcessLookupError:
                pass
        if _reap(time.monotonic() + END_SECONDS):
            return


def _reap(deadline: float) -> bool:
    """Waits for every child; false if some are left at the deadline."""
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return True
        if pid == 0:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.002)


def _descendants() -> list[list[str]]:
    """The fields of /proc/PID/stat after the name, with the process id appended, of everyone below this process."""
    children: dict[int, list] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (stat := _stat(int(entry.name))):
            children.setdefault(int(stat[1]), []).append(stat)
    found, waiting = [], [os.getpid()]
    while waiting:
        for stat in children.get(waiting.pop(), []):
            found.append(stat)
            waiting.append(int(stat[-1]))
    return found


def _stat(pid: int) -> list[str] | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return text[text.rindex(")") + 2:].split() + [str(pid)]
