"""Tables and targets of backup, restore and incremental backup."""

from .backups import Backup
from .plan import MIB
from .report import median, spread, table

DEFAULT, TUNED, BLOCKS, LIMIT, OURS = "pgbackrest", "pgbackrest tuned", "pgbackrest blocks", "limit", "trunkline"
TARGETS = {"limit": 0.9, DEFAULT: 2.0, TUNED: 1.5, "stored": 1.0, "blocks": 1.5, "read": 0.05}
"""What the project sets itself: of the limit; times two ways to run pgBackRest; stored size of that of the tuned one;
stored size of a block incremental; share of the data files that is read when there are WAL summaries."""
SUMMARIES_SINCE = 17


def rows(found: dict[str, list[dict]], contenders: list[Backup]) -> list[dict]:
    """Medians of all rounds of one direction, beside the three yardsticks."""
    speeds = {name: median(runs, "mib_per_second") for name, runs in found.items() if runs}
    listed = []
    for contender in contenders:
        if not (runs := found.get(contender.name)):
            continue
        speed, first = speeds[contender.name], runs[0]
        peak, bound = max(run["peak_bytes"] for run in runs), first.get("bound_bytes")
        row = {
            "name": contender.name, "note": contender.note, "mib_per_second": speed,
            "seconds": median(runs, "seconds"), "spread": spread(runs, "seconds"),
            "cpu_per_gib": median(runs, "cpu_per_gib"), "peak_bytes": peak, "bound_bytes": bound,
            "within": bound is None or peak <= bound, "stored_bytes": first.get("stored_bytes"),
            "server_cpu_seconds": median(runs, "server_cpu_seconds") if "server_cpu_seconds" in first else None}
        listed.append(row | {f"times_{base}": ratio(speed, speeds.get(base)) for base in (LIMIT, DEFAULT, TUNED)})
    return listed


def ratio(value: float, base: float | None) -> float | None:
    return value / base if base else None


def text(results: dict) -> str:
    parts = [
        database_text(results), direction_text(results, "backup", "(d) backup"),
        direction_text(results, "restore", "(e) restore"), *map(incremental_text, results["incremental"])]
    return "\n\n".join(part for part in parts if part)


def database_text(results: dict) -> str:
    return "\n".join(
        f"Database  PostgreSQL {made['server_version']}, pgbench scale {made['scale']} and {made['transactions']:,} "
        f"transactions, {made['files']} files, {made['bytes'] / MIB:,.0f} MiB, hash {made['hash'][:16]}"
        for made in results["databases"])


def direction_text(results: dict, key: str, title: str) -> str:
    if not results[key]:
        return ""
    stores = key == "backup"
    lines = [[
        row["name"], f"{row['mib_per_second']:,.0f}", f"±{row['spread']:.0%}",
        f"{row['cpu_per_gib']:.2f}" + ("*" if row["server_cpu_seconds"] is not None else ""),
        *(figure(row[f"times_{base}"]) for base in (LIMIT, DEFAULT, TUNED)),
        *([size(row["stored_bytes"])] if stores else []), size(row["peak_bytes"]),
        *([size(row["bound_bytes"]) + ("" if row["within"] else " EXCEEDED")] if stores else []), row["note"]]
        for row in results[key]]
    head = [title, "MiB/s", "", "CPU s/GiB", f"of {LIMIT}", f"× {DEFAULT}", f"× {TUNED}",
            *(["stored MB"] if stores else []), "peak MB", *(["bound MB"] if stores else []), ""]
    said = [table(head, lines)]
    said += [
        f"* without the S3 server's own {row['server_cpu_seconds']:.2f} CPU seconds ({row['name']})"
        for row in results[key] if row["server_cpu_seconds"] is not None]
    said.append(
        f"Bytes of the database a second; medians of {results['backup_rounds']} interleaved rounds. Targets: "
        f"{TARGETS['limit']} of {LIMIT}, {TARGETS[DEFAULT]:.0f} × {DEFAULT}, {TARGETS[TUNED]} × {TUNED}.")
    return "\n".join(said)


def figure(value: float | None) -> str:
    return f"{value:.2f}" if value is not None else "-"


def size(value: int | None) -> str:
    """In MB of 10^6 bytes, as the stored sizes are small."""
    return f"{value / 1e6:,.1f}" if value is not None else "-"


def incremental_text(version: dict) -> str:
    yardstick = version["yardstick"]
    lines = [[
        row["step"], row["name"], f"{row['seconds']:.2f}", f"{row['cpu_seconds']:.2f}", size(read_bytes(row)),
        f"{read_bytes(row) / yardstick['file_bytes']:.1%}" if read_bytes(row) is not None else "-",
        size(row["stored_bytes"]), times_blocks(version, row), row.get("told", {}).get("method", "")]
        for row in version["rows"]]
    head = [f"(f) incremental, {version['major']}", "", "seconds", "CPU s", "read MB", "of all", "stored MB",
            "× blocks", ""]
    lines = [table(head, lines)]
    lines.append(
        f"One row updated on each of {version['updated']:,} random pages of the {version['table_pages']:,} of the "
        f"largest table, {version['stayed'] / version['updated']:.0%} within the page; "
        f"{yardstick['changed_pages']:,} of {yardstick['pages']:,} pages differ.")
    lines.append(
        f"Block incremental by its documented rules: {size(yardstick['changed_block_bytes'])} MB of blocks, "
        f"{size(yardstick['stored_bytes'])} MB stored, without manifests"
        + (f"; measured {size(measured)} MB with them." if (measured := measured_blocks(version)) else "."))
    return "\n".join(lines)


def read_bytes(row: dict) -> int | None:
    """What the program says that it read of the data files, or more if the kernel says so."""
    told = row.get("told", {}).get("readBytes")
    return None if told is None else max(told, row["read_bytes"])


def measured_blocks(version: dict) -> int | None:
    return next((row["stored_bytes"] for row in version["rows"]
                 if row["name"] == BLOCKS and row["step"] == "changed"), None)


def blocks_bytes(version: dict) -> int:
    """The yardstick: the real thing where it runs, else its rules."""
    return measured_blocks(version) or version["yardstick"]["stored_bytes"]


def times_blocks(version: dict, row: dict) -> str:
    return f"{row['stored_bytes'] / blocks_bytes(version):.2f}" if row["step"] == "changed" else "-"


def broken_bounds(results: dict) -> list[str]:
    """Bounds of memory hold in every run, tiny or full."""
    found = [f"backup: {row['name']}: above its memory bound" for row in results["backup"] if not row["within"]]
    return found + [
        f"incremental {version['major']}: {row['name']}, {row['step']}: above its memory bound"
        for version in results["incremental"] for row in version["rows"]
        if row["bound_bytes"] is not None and row["peak_bytes"] > row["bound_bytes"]]


def missed(results: dict) -> list[str]:
    """Targets that were not reached."""
    found = []
    for key in ("backup", "restore"):
        for row in (row for row in results[key] if row["name"] == OURS):
            for base in (LIMIT, DEFAULT, TUNED):
                times = row[f"times_{base}"]
                if times is None or times < TARGETS[base]:
                    found.append(f"{key}: {figure(times)} × {base}, target {TARGETS[base]}")
    stored = {row["name"]: row["stored_bytes"] for row in results["backup"]}
    if {OURS, TUNED} <= stored.keys() and stored[OURS] > TARGETS["stored"] * stored[TUNED]:
        found.append(f"backup: stores {stored[OURS] / stored[TUNED]:.2f} × {TUNED}, target {TARGETS['stored']}")
    return found + [line for version in results["incremental"] for line in missed_incremental(version)]


def missed_incremental(version: dict) -> list[str]:
    found, where = [], f"incremental {version['major']}"
    for row in version["rows"]:
        if row["name"] != OURS or row["step"] != "changed":
            continue
        times = row["stored_bytes"] / blocks_bytes(version)
        if times > TARGETS["blocks"]:
            found.append(f"{where}: stores {times:.2f} × block incremental, target {TARGETS['blocks']}")
        share = (read_bytes(row) or 0) / version["yardstick"]["file_bytes"]
        if version["major"] >= SUMMARIES_SINCE and share > TARGETS["read"]:
            found.append(f"{where}: reads {share:.1%} of the data files, target {TARGETS['read']:.0%}")
    return found
