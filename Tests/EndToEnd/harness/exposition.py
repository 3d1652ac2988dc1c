"""Prometheus's text format 0.0.4, read strictly: what a lenient reader would forgive is an error here."""

import dataclasses
import math
import pathlib
import re
import shutil
import subprocess

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
HELP = re.compile(rf"# HELP ({NAME}) ((?:[^\\]|\\\\|\\n)+)\Z")
TYPE = re.compile(rf"# TYPE ({NAME}) (counter|gauge|histogram)\Z")
SAMPLE = re.compile(rf"({NAME})(?:\{{(.*)\}})? ([^ ]+)\Z")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"(?:,|\Z)')
VALUE = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]+)?(?:e[+-][0-9]+)?|Inf)\Z|NaN\Z")
PARTS_OF_HISTOGRAM = ("_bucket", "_sum", "_count")


@dataclasses.dataclass
class Family:
    name: str
    help: str
    kind: str
    samples: dict  # (name, ((label, value), ...)): number


class Exposition:
    """Series by name and labels: exposition["trunkline_backups", "main", "local"]."""

    def __init__(self, text):
        self.text = text
        self.families = parse(text)
        promtool(text)

    def __getitem__(self, key):
        name, *values = key if isinstance(key, tuple) else (key,)
        found = [value for (_, labels), value in self.families[name].samples.items()
                 if [value for _, value in labels] == values]
        assert len(found) == 1, f"{key}: {found}\n{self.text}"
        return found[0]

    def __contains__(self, key):
        name, *values = key
        return name in self.families and any(
            [value for _, value in labels] == values for _, labels in self.families[name].samples)


def parse(text):
    assert text.endswith("\n"), "the last line has an end"
    families, family = {}, None
    lines = iter(text.removesuffix("\n").split("\n"))
    for line in lines:
        if about := HELP.match(line):
            kind = TYPE.match(next(lines))
            assert kind and kind[1] == about[1], f"HELP without TYPE: {line}"
            assert about[1] not in families, f"{about[1]} comes twice"
            family = families[about[1]] = Family(about[1], about[2], kind[2], {})
            continue
        sample = SAMPLE.match(line)
        assert sample and VALUE.match(sample[3]), f"no sample: {line!r}"
        ends = PARTS_OF_HISTOGRAM if family.kind == "histogram" else ("",)
        assert sample[1] in [family.name + end for end in ends], f"{line!r} among {family.name}"
        key = (sample[1], labels(sample[2] or ""))
        assert key not in family.samples, f"comes twice: {line!r}"
        family.samples[key] = float(sample[3])
    for family in families.values():
        check(family)
    return families


def labels(text):
    found, end = [], 0
    while end < len(text):
        label = LABEL.match(text, end)
        assert label, f"no labels: {text!r}"
        plain = re.sub(r"\\(.)", lambda escape: "\n" if escape[1] == "n" else escape[1], label[2])
        found.append((label[1], plain))
        end = label.end()
    assert not text.endswith(","), text
    assert len({name for name, _ in found}) == len(found), text
    return tuple(found)


def check(family):
    assert family.samples, f"{family.name} has no series"
    assert family.name.endswith("_total") == (family.kind == "counter"), family.name
    if family.kind == "counter":
        assert all(value >= 0 for value in family.samples.values()), family.name
    if family.kind == "histogram":
        check_buckets(family)


def check_buckets(family):
    series = {}
    for (name, pairs), value in family.samples.items():
        plain = tuple(pair for pair in pairs if pair[0] != "le")
        place = series.setdefault(plain, {"buckets": []})
        if name.endswith("_bucket"):
            place["buckets"].append((float(dict(pairs)["le"]), value))
        else:
            place[name.removeprefix(family.name)] = value
    for place in series.values():
        buckets = place["buckets"]
        assert buckets == sorted(buckets) and buckets[-1][0] == math.inf, family.name
        assert [count for _, count in buckets] == sorted(count for _, count in buckets), family.name
        assert buckets[-1][1] == place["_count"] and "_sum" in place, family.name


def promtool(text):
    """Prometheus's own checker, where it is installed."""
    program = shutil.which("promtool")
    if program:
        outcome = subprocess.run([program, "check", "metrics"], input=text, text=True, capture_output=True)
        assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def check_rules(path):
    program = shutil.which("promtool")
    if program:
        outcome = subprocess.run([program, "check", "rules", pathlib.Path(path)], text=True, capture_output=True)
        assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    return bool(program)
