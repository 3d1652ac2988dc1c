#!/usr/bin/env python3
"""Prints "PASSED FAILED" from a log, as the runners say it: Swift Testing, pytest, fuzzing, "N passed, N failed"."""

import re
import sys

text = open(sys.argv[1], encoding="utf-8", errors="replace").read()
text = re.sub(r"\x1b\[[0-9;]*m", "", text)
passed = failed = 0

# ✔ Test run with 120 tests in 14 suites passed after 1.2 seconds.
for run in re.finditer(r"^\S* ?Test run with (\d+) tests?.*? (passed|failed) after", text, re.M):
    total = int(run.group(1))
    names = re.findall(r'^\S* Test (?!run )(\S+|".*") (?:.* )?failed after', text, re.M)
    broken = len(set(names)) if run.group(2) == "failed" else 0
    passed, failed = passed + total - broken, failed + broken

# 3 failed, 120 passed, 2 skipped, 1 error in 93.2s
for run in re.finditer(r"^=* ?((?:\d+ [a-z]+(?:, )?)+) in [\d.]+s", text, re.M):
    counts = {word.rstrip("s"): int(number) for number, word in re.findall(r"(\d+) ([a-z]+)", run.group(1))}
    passed += counts.get("passed", 0)
    failed += counts.get("failed", 0) + counts.get("error", 0)

# fuzz: xml ok, 123 runs ... / fuzz: xml FOUND ...
passed += len(re.findall(r"^fuzz: \S+ +ok", text, re.M))
failed += len(re.findall(r"^fuzz: \S+ +FOUND", text, re.M))

for run in re.finditer(r"^(\d+) passed, (\d+) failed$", text, re.M):
    passed, failed = passed + int(run.group(1)), failed + int(run.group(2))

print(passed, failed)
