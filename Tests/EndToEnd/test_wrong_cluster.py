"""Segments that do not belong: refused before a byte is stored."""

import struct

from harness.modes import AGENT, DIRECT
from harness.parameters import modes

# XLogLongPageHeaderData: magic, info, timeline, page address, rest; then system, segment size, block size.
LONG_HEADER = struct.Struct("<HHIQI4xQII")
TIMELINE, SEGMENT_SIZE = 2, 6


def with_header(content, field, value):
    fields = list(LONG_HEADER.unpack_from(content))
    fields[field] = value
    return LONG_HEADER.pack(*fields) + content[LONG_HEADER.size:]


@modes(DIRECT, AGENT)
def test_a_segment_of_another_cluster_is_refused(desk, repository, specimens):
    desk = desk(repository("local"))
    foreign = specimens(1, "other")
    assert foreign.system_identifier != desk.specimen.system_identifier
    name = next(name for name in foreign.segments if name in desk.segments)
    desk.place(name, foreign.content(name))
    desk.expect_push_fails(name, foreign.system_identifier)
    assert desk.tool.wal_keys() == []


@modes(DIRECT, AGENT)
def test_a_segment_under_another_name_is_refused(desk, repository):
    desk = desk(repository("local"))
    first, second = desk.segments[:2]
    desk.place(second, desk.specimen.content(first))
    desk.expect_push_fails(second, second)
    desk.place(first, with_header(desk.specimen.content(first), TIMELINE, 5))
    desk.expect_push_fails(first, first)
    assert desk.tool.wal_keys() == []


@modes(DIRECT, AGENT)
def test_a_timeline_that_began_in_the_segment_is_fine(desk, repository):
    """A new timeline's first segment begins as a copy of the old one: its first page tells the old timeline."""
    desk = desk(repository("local"))
    second_timeline = next(name for name in desk.segments if name.startswith("00000002"))
    content = desk.specimen.content(second_timeline)
    assert LONG_HEADER.unpack_from(content)[TIMELINE] == 1
    desk.place_and_push(second_timeline)
    desk.expect_fetched(second_timeline)


@modes(DIRECT, AGENT)
def test_a_segment_of_another_size_is_refused(desk, repository):
    desk = desk(repository("local"))
    name = desk.segments[0]
    content = desk.specimen.content(name)
    for wrong in (content[:-1], content + b"\0", content[:len(content) // 2], b"", content * 2, b"\0" * len(content)):
        desk.place(name, wrong)
        desk.expect_push_fails(name, name)
    desk.place(name, with_header(content, SEGMENT_SIZE, 2 * len(content)))
    desk.expect_push_fails(name, name)
    assert desk.tool.wal_keys() == []


@modes(DIRECT, AGENT)
def test_a_file_that_is_not_there_is_an_ordinary_failure(desk, repository):
    desk = desk(repository("local"))
    desk.expect_push_fails(desk.segments[0], desk.segments[0])


@modes(DIRECT, AGENT)
def test_names_that_are_not_of_wal_are_refused(desk, repository):
    desk = desk(repository("local"))
    for name in ("postgresql.conf", "x" * 65, "../PG_VERSION", "000000010000000000000001 ", "-"):
        outcome = desk.push(name)
        assert 0 < outcome.code <= 125, str(outcome)
    assert desk.tool.wal_keys() == []


@modes(DIRECT, AGENT)
def test_another_cluster_may_not_take_over_a_configuration(desk, repository, specimens):
    """pg_upgrade or initdb makes a new system identifier: only `init` may add it."""
    desk = desk(repository("local"))
    foreign = specimens(1, "other")
    folder = foreign.desk(desk.account, desk.folder.parent / "upgraded")
    desk.tool.init(folder, check=False)
    name = foreign.segments[0]
    foreign.place(desk.account, folder, name)
    outcome = desk.tool.push(f"pg_wal/{name}", cwd=folder)
    key = desk.tool.key_of(name)
    if outcome.code == 0:
        assert foreign.system_identifier in key, "each system has its own place"
    else:
        assert key is None, str(outcome)
