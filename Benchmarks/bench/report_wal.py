"""Tables and targets of drain, recovery and burst."""

from .burst import CLIENTS, WAL_SEGMENTS_MAX
from .delay import ADDED_MILLISECONDS
from .drains import DURABLE_LIMIT, LIMIT, SEALING_LIMIT, TITLES, WHERE
from .plan import MIB
from .report import median, spread, table

NOTHING, COPY, BASE, AGENT, AHEAD = "/bin/true", "cp", "pgbackrest async", "trunkline agent", "trunkline agent, ahead"
TARGETS = {
    "base": 5.0, "local": 0.9, "s3": 0.85, "delayed": 1.3, "latency": 2.0, "recovery": 1.15,
    "segments": WAL_SEGMENTS_MAX}
"""What the project sets itself, for the agent: times the drain of pgBackRest; of the two limits; the drain with added
latency over that without; the median wait over that of `/bin/true`, once the agent is ahead; recovery over that with
`cp`; segments in pg_wal during a burst."""


def drain_rows(where: str, found: dict[str, list[dict]], notes: dict[str, str], nothing_ms: float | None) -> list[dict]:
    """Medians of all rounds; limits have no archiver, and so no waits. `nothing_ms` is the wait of `/bin/true`."""
    seconds = {name: median(runs, "seconds") for name, runs in found.items()}
    harder = DURABLE_LIMIT if where == "local" else SEALING_LIMIT
    rows = []
    for name in [*(name for name in notes if name in found), *(name for name in (LIMIT, harder) if name in found)]:
        runs, first = found[name], found[name][0]
        waits = sorted(wait for run in runs for wait in run.get("latencies_ms", []))
        drains = not name.endswith(", ahead")
        p50 = quantile(waits, 0.5)
        row = {
            "where": where, "name": name, "note": notes.get(name) or first["note"], "rounds": len(runs),
            "drains": drains, "seconds": seconds[name], "spread": spread(runs, "seconds"),
            "ms_per_segment": 1000 * seconds[name] / first["segments"], "p50_ms": p50, "p99_ms": quantile(waits, 0.99),
            "times_nothing": p50 / nothing_ms if p50 and nothing_ms else None,
            "failed_tries": sum(run.get("failed_tries", 0) for run in runs),
            "connections": max(run.get("connections", 0) for run in runs),
            "stored_bytes": first.get("stored_bytes"), "restored": first.get("restored")}
        for key in ("cpu_per_gib", "agent_cpu_per_gib", "server_cpu_per_gib", "delay_cpu_per_gib"):
            row[key] = median(runs, key) if key in first else None
        row["agent_peak_bytes"] = max((run.get("agent_peak_bytes", 0) for run in runs), default=0) or None
        for key, base in (("times_base", BASE), ("of_limit", LIMIT), ("of_harder", harder)):
            row[key] = seconds[base] / seconds[name] if base in seconds and drains else None
        rows.append(row)
    return rows


def quantile(ordered: list[float], share: float) -> float | None:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None


def recovery_rows(found: dict[str, list[dict]], notes: dict[str, str]) -> list[dict]:
    base = median(found[COPY], "seconds") if COPY in found else None
    rows = []
    for name, runs in found.items():
        seconds, first = median(runs, "seconds"), runs[0]
        row = {
            "name": name, "note": notes[name], "seconds": seconds, "spread": spread(runs, "seconds"),
            "redo_seconds": median(runs, "redo_seconds"), "ms_per_segment": 1000 * seconds / first["segments"],
            "rounds": len(runs), "times_copy": seconds / base if base else None, "rows": first["rows"]}
        for key in ("cpu_per_gib", "agent_cpu_per_gib", "server_cpu_per_gib", "delay_cpu_per_gib"):
            row[key] = median(runs, key) if key in first else None
        rows.append(row)
    return rows


def burst_rows(found: dict[str, dict], notes: dict[str, str]) -> list[dict]:
    base = found.get(NOTHING, {}).get("tps")
    rows = []
    for name, run in found.items():
        peak, bound = run.get("agent_peak_bytes"), run["bound_bytes"]
        rows.append(run | {
            "name": name, "note": notes[name], "of_nothing": run["tps"] / base if base else None,
            "within": bound is None or peak <= bound})
    return rows


def text(results: dict) -> str:
    parts = [*(drain_text(results, where) for where in WHERE), recovery_text(results), burst_text(results)]
    return "\n\n".join(part for part in parts if part)


def drain_text(results: dict, where: str) -> str:
    rows = [row for row in results["drain"] if row["where"] == where]
    if not rows:
        return ""
    delayed, local = where == "delayed", where == "local"
    lines = [[
        row["name"], f"{row['seconds']:.2f}" if row["drains"] else "-",
        f"±{row['spread']:.0%}" if row["drains"] else "", f"{row['ms_per_segment']:.1f}" if row["drains"] else "-",
        figure(row["p50_ms"]), figure(row["p99_ms"]), figure(row["times_nothing"]), figure(row["cpu_per_gib"]),
        figure(row["agent_cpu_per_gib"]), *([] if local else [figure(row["server_cpu_per_gib"])]),
        *([figure(row["delay_cpu_per_gib"])] if delayed else []), figure(row["times_base"]), figure(row["of_limit"]),
        figure(row["of_harder"]), *([] if local else [str(row["connections"] or "-")]),
        f"{row['stored_bytes'] / MIB:,.0f}" if row["stored_bytes"] is not None else "-", row["note"]]
        for row in rows]
    head = [
        f"(b) drain, {TITLES[where]}", "seconds", "", "ms/segment", "p50 ms", "p99 ms", f"× {NOTHING}", "CPU s/GiB",
        "agent", *([] if local else ["server"]), *(["proxy"] if delayed else []), f"× {BASE}", f"of {LIMIT}",
        "with sync" if local else "with sealing", *([] if local else ["connections"]), "stored MiB", ""]
    return "\n".join([table(head, lines), *drain_remarks(results, where, rows)])


def drain_remarks(results: dict, where: str, rows: list[dict]) -> list[str]:
    once = [row["name"] for row in rows if row["rounds"] < results["drain_rounds"]]
    said = [
        f"PostgreSQL's archiver, {results['workload']['segments']} segments; medians of {results['drain_rounds']} "
        f"interleaved rounds{f', one of {once[0]}' if once else ''}. "
        + ("p50 and p99: what the archiver waits for one segment." if where == "local" else
           "CPU of the S3 server stands apart: it has the same cores.")]
    said += [f"{row['name']}: {row['failed_tries']} tries failed" for row in rows if row["failed_tries"]]
    agents = {row["where"]: row["seconds"] for row in results["drain"] if row["name"] == AGENT}
    both = f"; it is {agents['delayed'] / agents['s3']:.2f} ×" if {"s3", "delayed"} <= agents.keys() else ""
    targets = {
        "local": f"Targets: {TARGETS['base']:.0f} × {BASE}, {TARGETS['local']} of {LIMIT}; with the agent ahead a p50 "
                 f"of at most {TARGETS['latency']:.0f} × {NOTHING}.",
        "s3": f"Target: {TARGETS['s3']} of {LIMIT}.",
        "delayed": f"Target: at most {TARGETS['delayed']} × the drain without added latency{both}."}
    return [*said, targets[where]]


def recovery_text(results: dict) -> str:
    if not results["recovery"]:
        return ""
    lines = [[
        row["name"], f"{row['seconds']:.2f}", f"±{row['spread']:.0%}", f"{row['redo_seconds']:.2f}",
        f"{row['ms_per_segment']:.1f}", figure(row["times_copy"]), figure(row["cpu_per_gib"]),
        figure(row["agent_cpu_per_gib"]), figure(row["server_cpu_per_gib"]), figure(row["delay_cpu_per_gib"]),
        row["note"]] for row in results["recovery"]]
    head = [
        "(g) recovery", "seconds", "", "redo s", "ms/segment", f"× {COPY}", "CPU s/GiB", "agent", "server", "proxy", ""]
    return "\n".join([
        table(head, lines),
        f"{results['workload']['segments']} segments, from the start of the server until it takes sessions; {COPY} "
        f"from a local directory, the others from the S3 server with {ADDED_MILLISECONDS} ms of added latency; medians "
        f"of {results['recovery_rounds']} interleaved rounds. Target: {TARGETS['recovery']} × {COPY}."])


def burst_text(results: dict) -> str:
    if not results["burst"]:
        return ""
    lines = [[
        row["name"], f"{row['tps']:,.0f}", figure(row["of_nothing"]),
        f"{row['wal_bytes'] / MIB / row['pgbench_seconds']:.0f}", str(row["segments_most"]), str(row["waiting_median"]),
        str(row["waiting_most"]), f"{row['settle_seconds']:.1f}", figure(row["cpu_per_gib"]),
        figure(row.get("agent_cpu_per_gib")), figure(row.get("server_cpu_per_gib")),
        megabytes(row.get("agent_peak_bytes")), megabytes(row["bound_bytes"]) + ("" if row["within"] else " EXCEEDED"),
        row["note"]] for row in results["burst"]]
    head = [
        "(h) burst", "tps", f"of {NOTHING}", "WAL MiB/s", "segments", "waiting", "most", "settled s", "CPU s/GiB",
        "agent", "server", "agent MiB", "bound MiB", ""]
    return "\n".join([
        table(head, lines),
        f"pgbench, {CLIENTS} clients, {results['burst'][0]['pgbench_seconds']} s, commits not synchronous; segments: "
        f"the most in pg_wal with max_wal_size = 1GB; waiting: .ready files, median and most. Target: at most "
        f"{TARGETS['segments']} segments in pg_wal, memory within its bound."])


def figure(value: float | None) -> str:
    return f"{value:.2f}" if value is not None else "-"


def megabytes(value: int | None) -> str:
    return f"{value / MIB:.1f}" if value is not None else "-"


def broken_bounds(results: dict) -> list[str]:
    """Bounds of memory hold in every run, tiny or full."""
    return [f"burst: {row['name']}: above its memory bound" for row in results["burst"] if not row["within"]]


def missed(results: dict) -> list[str]:
    """Targets that were not reached, and those of which nobody can tell."""
    drained = {(row["where"], row["name"]): row for row in results["drain"]}
    found = []

    def expect(what: str, value: float | None, limit: float, at_least: bool):
        if value is None or (value < limit if at_least else value > limit):
            found.append(f"{what}: {figure(value)}, target {limit}")

    for where in WHERE[:2]:
        if row := drained.get((where, AGENT)):
            expect(f"drain, {TITLES[where]}: of the limit", row["of_limit"], TARGETS[where], True)
    if row := drained.get(("local", AGENT)):
        expect(f"drain: × {BASE}", row["times_base"], TARGETS["base"], True)
    if row := drained.get(("local", AHEAD)):
        expect(f"drain: p50 with the agent ahead, × {NOTHING}", row["times_nothing"], TARGETS["latency"], False)
    if (far := drained.get(("delayed", AGENT))) and (near := drained.get(("s3", AGENT))):
        expect("drain: with added latency", far["seconds"] / near["seconds"], TARGETS["delayed"], False)
    for row in results["recovery"]:
        if row["name"] == AGENT:
            expect(f"recovery: × {COPY}", row["times_copy"], TARGETS["recovery"], False)
    for row in results["burst"]:
        if row["name"] == AGENT:
            expect("burst: segments in pg_wal", row["segments_most"], TARGETS["segments"], False)
    return found


def waits_of_nothing(found: dict[str, list[dict]]) -> float | None:
    return quantile(sorted(wait for run in found.get(NOTHING, []) for wait in run["latencies_ms"]), 0.5)
