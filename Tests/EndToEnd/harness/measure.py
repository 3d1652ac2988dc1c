"""What GNU time measures, and what `--explain-memory` promises."""

import re


def peak_mib(outcome):
    """GNU time's "Maximum resident set size"."""
    return int(re.search(r"Maximum resident set size \(kbytes\): (\d+)", outcome.err).group(1)) / 1024


def memory_bound_mib(text):
    """The last line of --explain-memory is the sum."""
    last = text.strip().splitlines()[-1]
    number, unit = re.search(r"([\d.,]+)\s*(KiB|MiB|GiB|B)\b", last).groups()
    return float(number.replace(",", "")) * {"B": 2**-20, "KiB": 2**-10, "MiB": 1, "GiB": 1024}[unit]
