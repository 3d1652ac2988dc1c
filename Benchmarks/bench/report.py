"""From passes to medians, ratios, a table for people and JSON for programs."""

import statistics

from .plan import MIB

TARGETS = {"pipeline": 0.9}
"""What the project sets itself: of the limit."""


def median(runs: list[dict], key: str) -> float:
    return statistics.median(run[key] for run in runs)


def spread(runs: list[dict], key: str) -> float:
    """Half the range over the median: how much the rounds differ."""
    values = [run[key] for run in runs]
    return (max(values) - min(values)) / 2 / statistics.median(values)


def pipeline_rows(found: dict) -> list[dict]:
    rows = []
    for direction, programs in found.items():
        limit = median(programs["limit"], "mib_per_second")
        for name, passes in programs.items():
            speed = median(passes, "mib_per_second")
            rows.append({
                "direction": direction, "name": name, "mib_per_second": speed,
                "spread": spread(passes, "mib_per_second"), "cpu_per_gib": median(passes, "cpu_per_gib"),
                "of_limit": speed / limit,
                "sealed_share": passes[0]["sealed_bytes"] / passes[0]["content_bytes"]})
    return rows


def text(results: dict) -> str:
    return "\n\n".join(part for part in (machine_text(results), pipeline_text(results)) if part)


def machine_text(results: dict) -> str:
    machine = results["machine"]
    lines = [
        f"Machine   {machine['cores']} × {machine['cpu']}, {machine['memory_gib']:.0f} GiB, {machine['file_system']}, "
        f"Linux {machine['kernel']}; load average at the start {machine['load']:.2f}",
        "Versions  " + ", ".join(f"{name} {version}" for name, version in results["versions"].items())]
    if load := results["workload"]:
        lines.append(
            f"Workload  {load['segments']} segments of {load['segment_mib']} MiB, {load['records']:,} records, "
            f"{load['image_share']:.0%} full-page images, hash {load['hash'][:16]}")
    return "\n".join(lines)


def pipeline_text(results: dict) -> str:
    if not results["pipeline"]:
        return ""
    rows = [[
        row["direction"], row["name"], f"{row['mib_per_second']:,.0f}", f"±{row['spread']:.0%}",
        f"{row['cpu_per_gib']:.2f}", f"{row['of_limit']:.2f}", f"{row['sealed_share']:.1%}"]
        for row in results["pipeline"]]
    head = ["(a) pipeline", "", "MiB/s", "", "CPU s/GiB", "of limit", "sealed/content"]
    return "\n".join([
        table(head, rows),
        f"One stream of {results['stream_bytes'] / MIB:,.0f} MiB, {results['threads']} threads, level 1, "
        f"blocks of 1 MiB; medians of {results['pipeline_rounds']} interleaved passes. "
        f"Target: {TARGETS['pipeline']} of the limit."])


def memory_text(results: dict) -> str:
    rows = [[
        row["name"], f"{row['segment_mib']} MiB", row["verb"], f"{row['peak_bytes'] / MIB:.1f}",
        f"{row['bound_bytes'] / MIB:.1f}" if row["bound_bytes"] else "-", "" if row["within"] else "ABOVE THE BOUND"]
        for row in results["memory"]]
    return table(["(c) peak memory", "segment", "", "MiB", "bound MiB", ""], rows) if rows else ""


def absent_text(results: dict) -> str:
    return "\n".join(f"ABSENT: {line}" for line in results["absent"])


def table(head: list[str], rows: list[list[str]]) -> str:
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]

    def line(cells):
        # Names and notes to the left, figures to the right.
        return "  ".join(
            cell.rjust(width) if is_figure(column) else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(cells, widths))).rstrip()

    def is_figure(column):
        return any(row[column][:1].isdigit() for row in rows) and not rows[0][column].endswith("MiB")

    return "\n".join([line(head), line(["-" * width for width in widths]), *(line(row) for row in rows)])
