"""The parts of a run that are about WAL: pipeline, drain, peak memory, recovery, burst."""

from dataclasses import dataclass
from pathlib import Path

from . import memory, ours, pipeline, report, report_wal
from .burst import burst
from .contenders import Contender
from .drains import WHERE, Drains, in_turn, present
from .place import Account
from .plan import Plan
from .recovery import recover
from .services import Services
from .workload import Made, stream, workload

PARTS = ("pipeline", "drain", "memory", "recovery", "burst")


@dataclass(frozen=True)
class Asked:
    """What the command line asks for; nothing means all, or as the plan has it."""

    parts: list[str]
    where: list[str] | None
    rounds: int | None
    seconds: int | None
    among: list[str] | None


class WalParts:
    def __init__(self, plan: Plan, asked: Asked, account: Account, work: Path, services: Services, say, miss):
        self.plan, self.asked, self.account, self.work, self.services = plan, asked, account, work, services
        self.say, self.miss = say, miss

    def run(self) -> dict:
        drained, large = (
            workload(wanted, self.account, self.say) for wanted in (self.plan.drained, self.plan.large))
        # Also brings the segments into the page cache, where a server's newest WAL is.
        drained.check()
        results = {"workload": summary(drained)}
        for part in (part for part in PARTS if part in self.asked.parts):
            results |= getattr(self, f"_{part}")(drained, large)
        drained.check()
        return results

    def _pipeline(self, drained: Made, large: Made) -> dict:
        rounds = self.plan.pipeline_rounds
        path = stream(drained, self.work / "stream", self.plan.stream_bytes)
        self.say(f"pipeline: {rounds} rounds")
        found = pipeline.measure(path, rounds, self.miss)
        path.unlink()
        return {
            "pipeline": report.pipeline_rows(found), "pipeline_passes": found, "pipeline_rounds": rounds,
            "stream_bytes": self.plan.stream_bytes, "threads": pipeline.THREADS}

    def _memory(self, drained: Made, large: Made) -> dict:
        found = self._present(memory.contenders(), "memory", among=None)
        gateway = self.services.gateway if any(contender.needs_s3 for contender in found) else None
        rounds = self.plan.memory_rounds
        return {"memory": memory.measure(found, [drained, large], rounds, self.account, self.work, gateway)}

    def _drain(self, drained: Made, large: Made) -> dict:
        rounds = self.asked.rounds or self.plan.drain_rounds
        ways = [self._drains(where, drained) for where in WHERE if where in (self.asked.where or WHERE)]
        ways = [way for way in ways if way.contenders]
        for turn in range(rounds):
            for way in ways:
                way.round(turn, rounds, self.say)
        nothing_ms = next((report_wal.waits_of_nothing(way.found) for way in ways), None)
        rows = [row for way in ways for row in report_wal.drain_rows(way.where, way.found, way.notes, nothing_ms)]
        return {"drain": rows, "drain_runs": {way.where: way.found for way in ways}, "drain_rounds": rounds}

    def _drains(self, where: str, drained: Made) -> Drains:
        local = where == "local"
        candidates = ours.local() if local else ours.s3() if where == "s3" else ours.delayed(self.plan.thorough)
        contenders = self._present(candidates, f"drain, {where}", self.asked.among)
        gateway = self.services.gateway if contenders and not local else None
        delay = self.services.delay if contenders and where == "delayed" else None
        return Drains(where, contenders, drained, self.account, self.work, gateway, delay)

    def _recovery(self, drained: Made, large: Made) -> dict:
        rounds = self.asked.rounds or self.plan.recovery_rounds
        contenders = self._present(ours.recovering(self.plan.thorough), "recovery", self.asked.among)
        gateway, delay = self._s3_of(contenders)
        found: dict[str, list[dict]] = {}
        for turn in range(rounds):
            for contender in in_turn(contenders, turn, rounds):
                if contender.slow and turn > 0:
                    continue
                number = f"{turn}-{contenders.index(contender)}"
                result = recover(contender, drained, self.account, self.work, number, gateway, delay)
                found.setdefault(contender.name, []).append(result)
                self.say(f"recovery: round {turn + 1}: {contender.name}: {result['seconds']:.2f} s")
        in_order = {contender.name: found[contender.name] for contender in contenders}
        notes = {contender.name: contender.restore_note for contender in contenders}
        rows = report_wal.recovery_rows(in_order, notes)
        return {"recovery": rows, "recovery_runs": found, "recovery_rounds": rounds}

    def _burst(self, drained: Made, large: Made) -> dict:
        seconds = self.asked.seconds or self.plan.burst_seconds
        contenders = self._present(ours.bursting(), "burst", self.asked.among)
        gateway, _ = self._s3_of(contenders)
        found = {}
        for number, contender in enumerate(contenders):
            found[contender.name] = burst(
                contender, drained, seconds, self.account, self.work, str(number), gateway)
            self.say(f"burst: {contender.name}: {found[contender.name]['tps']:.0f} tps")
        return {"burst": report_wal.burst_rows(found, {contender.name: contender.note for contender in contenders})}

    def _s3_of(self, contenders: list[Contender]) -> tuple:
        needed = any(contender.needs_s3 for contender in contenders)
        return (self.services.gateway, self.services.delay) if needed else (None, None)

    def _present(self, candidates: list[Contender], what: str, among: list[str] | None) -> list[Contender]:
        return present(candidates, among, self.account, what, self.miss)


def summary(made: Made) -> dict:
    description = made.description
    return {
        "segments": len(made.names), "segment_mib": description["segment_mib"], "hash": description["hash"],
        **description["records"]}
