"""What `wal fetch` tells PostgreSQL: there, missing, or trouble, and to whom."""

import pytest

from harness.modes import AGENT, DIRECT
from harness.parameters import in_modes, modes
from harness.proxy import REFUSE, RESET, STALL, answer
from harness.trunkline import MISSING, TROUBLE_BY_HAND, TROUBLE_IN_RECOVERY

ABSENT = ["0000000100000000000000F0", "0000000200000000000000F0", "00000001.history", "00000007.history"]
HTML = b"<html><body><h1>404 Not Found</h1></body></html>"
NO_BUCKET = b'<?xml version="1.0"?><Error><Code>NoSuchBucket</Code><Message>none</Message></Error>'
SECONDS = 1


def short_deadline(settings):
    settings["wal"]["fetch-deadline"] = SECONDS
    settings["wal"]["prefetch"] = 0


CALLERS = [("recovery.signal", TROUBLE_IN_RECOVERY), ("standby.signal", TROUBLE_BY_HAND)]


def expect_trouble(desk, name):
    """In recovery, in a standby and by hand; nothing appears at the target."""
    for signal_file, code in CALLERS:
        desk.signal_file(signal_file)
        outcome, content = desk.fetch_as_server(name)
        assert (outcome.code, content) == (code, None), f"with {signal_file}\n{outcome}"
        assert "trunkline: error:" in outcome.err, str(outcome)
    outcome, content = desk.fetch_by_hand(name)
    assert (outcome.code, content) == (TROUBLE_BY_HAND, None), str(outcome)


@in_modes("store", ["local", "moto", "openstack-swift", "ceph-rgw"], agent=["local", "moto"])
def test_what_is_there_and_what_is_missing(desk, repository, store):
    desk = desk(repository(store))
    names = [desk.segments[0], desk.segments[1], desk.specimen.one(".history"), desk.specimen.one(".backup"),
             desk.specimen.one(".partial")]
    desk.place_and_push(*names)
    for signal_file in ("recovery.signal", "standby.signal", None):
        desk.signal_file(signal_file)
        for name in names:
            outcome, content = desk.fetch_as_server(name)
            assert outcome.code == 0, str(outcome)
            assert content == desk.specimen.content(name)
        for name in ABSENT:
            outcome, content = desk.fetch_as_server(name)
            assert (outcome.code, content) == (MISSING, None), str(outcome)
    desk.expect_missing(desk.segments[2])


@modes(DIRECT, AGENT)
def test_a_partial_segment_never_stands_in_for_a_complete_one(desk, repository):
    desk = desk(repository("local"))
    partial = desk.specimen.one(".partial")
    desk.place_and_push(partial)
    desk.expect_missing(partial.removesuffix(".partial"))
    desk.expect_fetched(partial)


TROUBLE = {
    "refuse": REFUSE, "reset": RESET, "stall": STALL, "503": answer(503), "500": answer(500, b""),
    "404-page": answer(404, HTML), "404-bucket": answer(404, NO_BUCKET), "404-empty": answer(404, b""),
    "200-page": answer(200, HTML), "301": answer(301, HTML, [("Location", "http://127.0.0.1:1/")]),
    "403": answer(403, b""),
}


@in_modes("trouble", TROUBLE, agent=["refuse", "stall", "404-page", "403"])
def test_a_store_in_trouble_is_never_a_missing_file(desk, repository, trouble):
    place = repository("moto", through_proxy=True)
    desk = desk(place)
    desk.place_and_push(desk.segments[0])
    with desk.tool.edit() as settings:
        short_deadline(settings)
        for section in settings["repository"].values():
            section["stall-timeout"] = 1
            section["connect-timeout"] = 1
    place.proxy.set(TROUBLE[trouble])
    expect_trouble(desk, desk.segments[0])
    place.proxy.set(REFUSE)
    outcome, content = desk.fetch_by_hand("00000009.history")
    assert (outcome.code, content) == (TROUBLE_BY_HAND, None), str(outcome)


# Each store and each mistake at least once.
@pytest.mark.parametrize("store, wrong", [
    ("moto", "bucket"), ("moto", "access-key-id"), ("openstack-swift", "bucket"),
    ("openstack-swift", "secret-access-key"),
    ("ceph-rgw", "access-key-id"), ("ceph-rgw", "secret-access-key")])
def test_wrong_credentials_and_buckets_are_trouble(desk, repository, store, wrong):
    desk = desk(repository(store))
    desk.place_and_push(desk.segments[0])
    with desk.tool.edit() as settings:
        short_deadline(settings)
        for section in settings["repository"].values():
            if wrong == "bucket":
                section["url"] = "s3://trunkline-no-such-bucket/some/prefix"
            else:
                section[wrong] = "nonsense"
    expect_trouble(desk, desk.segments[0])
    expect_trouble(desk, desk.segments[1])


@modes(DIRECT, AGENT)
def test_an_unmounted_disk_is_trouble(desk, repository):
    place = repository("local")
    desk = desk(place)
    desk.place_and_push(desk.segments[0])
    with desk.tool.edit() as settings:
        short_deadline(settings)
    place.unmount()
    expect_trouble(desk, desk.segments[0])
    expect_trouble(desk, desk.segments[1])
    place.account.make_directory(place.folder)  # The bare mount point.
    expect_trouble(desk, desk.segments[0])
    expect_trouble(desk, desk.segments[1])
    desk.place(desk.segments[2])
    desk.expect_push_fails(desk.segments[2])
    place.folder.rmdir()
    place.mount()
    desk.expect_fetched(desk.segments[0])
    desk.expect_missing(desk.segments[1])


@pytest.mark.parametrize(
    "config", [b"", b"[wal]\nnonsense = 1\n", b"\x00", None], ids=["empty", "key", "nul", "absent"])
def test_a_broken_configuration_is_trouble(desk, repository, config):
    desk = desk(repository("local"))
    desk.place_and_push(desk.segments[0])
    if config is None:
        desk.tool.config.unlink()
    else:
        desk.account.write(desk.tool.config, config)
    expect_trouble(desk, desk.segments[0])
    desk.place(desk.segments[1])
    desk.expect_push_fails(desk.segments[1])


def test_a_mistyped_restore_command_is_trouble(desk, repository):
    desk = desk(repository("local"))
    desk.signal_file("recovery.signal")
    for words in (["wal", "fetsch", "x"], ["wal", "fetch", "--nonsense", "x"], ["wal", "fetch", "x", "y"]):
        outcome = desk.tool.run(*words, "pg_wal/RECOVERYXLOG", cwd=desk.folder)
        assert outcome.code == TROUBLE_IN_RECOVERY, str(outcome)


@modes(DIRECT, AGENT)
def test_a_target_that_cannot_be_written_is_trouble(desk, repository):
    desk = desk(repository("local"))
    desk.place_and_push(desk.segments[0])
    with desk.tool.edit() as settings:
        short_deadline(settings)
    outcome = desk.tool.fetch(desk.segments[0], "no/such/folder/RECOVERYXLOG", cwd=desk.folder)
    assert outcome.code == TROUBLE_IN_RECOVERY, str(outcome)
    outcome = desk.tool.fetch(desk.segments[0], "no/such/folder/file", cwd=desk.folder)
    assert outcome.code == TROUBLE_BY_HAND, str(outcome)
