"""`trunkline wal list`: what is there, with gaps named."""

import json

import pytest

GAPS = 1


@pytest.mark.parametrize("store", ["local", "moto", "openstack-swift", "ceph-rgw"])
def test_list_names_ranges_and_gaps(desk, repository, store):
    desk = desk(repository(store))
    segments = [name for name in desk.segments if name.startswith("00000001")]
    history, partial, backup = (desk.specimen.one(suffix) for suffix in (".history", ".partial", ".backup"))
    desk.place_and_push(*segments[:3], *segments[5:], history, partial, backup)
    outcome = desk.tool.run("wal", "list", "--json")
    assert outcome.code == GAPS, str(outcome)
    (system,) = json.loads(outcome.out)["systems"]
    assert system["system"] == desk.specimen.system_identifier
    assert system["segmentBytes"] == 1 << 20
    first = next(timeline for timeline in system["timelines"] if timeline["timeline"] == 1)
    assert [(run["first"], run["last"]) for run in first["ranges"]] == [
        (segments[0], segments[2]), (segments[5], segments[-1])]
    assert [(gap["first"], gap["last"], gap["segments"]) for gap in first["gaps"]] == [(segments[3], segments[4], 2)]
    second = next(timeline for timeline in system["timelines"] if timeline["timeline"] == 2)
    assert second["hasHistory"]

    plain = desk.tool.run("wal", "list")
    assert plain.code == GAPS and "GAP" in plain.out and segments[3] in plain.out, str(plain)
    desk.place_and_push(*segments[3:5])
    whole = desk.tool.run("wal", "list")
    assert whole.code == 0 and "GAP" not in whole.out, str(whole)


def test_an_empty_repository_lists_nothing(desk, repository):
    desk = desk(repository("local"))
    outcome = desk.tool.run("wal", "list")
    assert outcome.code == 0, str(outcome)


def test_more_segments_than_one_page_of_a_listing(desk, repository):
    """S3 lists a thousand keys a page; the objects need not be genuine to be listed."""
    place = repository("moto")
    desk = desk(place)
    desk.place_and_push(desk.segments[0])
    key = desk.tool.key_of(desk.segments[0])
    content = place.read(key)
    for number in range(0x100, 0x100 + 1100):
        name = f"00000001{number >> 12:08X}{number & 0xFFF:08X}"
        place.write(key.replace(desk.segments[0], name).replace("/00000000/", f"/{number >> 12:08X}/"), content)
    outcome = desk.tool.run("wal", "list", "--json")
    (system,) = json.loads(outcome.out)["systems"]
    assert sum(run["segments"] for run in system["timelines"][0]["ranges"]) == 1101


def test_an_unreachable_repository_is_an_error(desk, repository):
    place = repository("local")
    desk = desk(place)
    place.unmount()
    outcome = desk.tool.run("wal", "list")
    assert 1 < outcome.code <= 125, str(outcome)
