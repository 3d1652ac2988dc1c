"""Point in time: every kind of target, the backup chosen for it, and targets that cannot be reached."""

import re

import pytest

from harness import workload
from harness.vault import LAST_MARK, RESTORE_POINT

BEFORE_ALL = "2001-01-01 00:00:00+00"
FAR_FUTURE = "2199-01-01 00:00:00+00"


def marks_to(number):
    return list(range(1, number + 1))


def backup_label(data):
    """The label as it was given out: PostgreSQL renames it once it has begun."""
    for name in ("backup_label", "backup_label.old"):
        if (data / name).exists():
            return (data / name).read_text()
    raise FileNotFoundError(f"no backup label in {data}")


def expect_made_from(data, backup):
    start = re.search(r"^START WAL LOCATION: (\S+)", backup_label(data), re.MULTILINE).group(1)
    assert start == backup["startLSN"], backup["id"]


def expect_recovered(stage, vault, name, marks, *words, made_from, **more):
    server = stage.recovered(vault.major, vault.tool, name, *words, **more)
    expect_made_from(server.data, made_from)
    server.start()
    assert workload.marks(server) == marks, name
    workload.check_invariant(server)
    server.stop()


@pytest.mark.parametrize("major", [15, 18])
def test_every_kind_of_target(stage, vault, major):
    vault = vault(major)
    points, first, second = vault.points, vault.first, vault.second

    def expect(name, marks, *words, made_from, backup=None):
        expect_recovered(stage, vault, name, marks, *words, made_from=made_from, backup=backup)
    expect("end", marks_to(LAST_MARK), made_from=second)
    expect("time", marks_to(4), "--target-time", points[4].time, made_from=second)
    expect("early-time", marks_to(2), "--target-time", points[2].time, made_from=first)
    expect("just-before", marks_to(3), "--target-time", points[3].time, made_from=first)
    expect("lsn", marks_to(5), "--target-lsn", points[5].lsn, made_from=second)
    expect("early-lsn", marks_to(3), "--target-lsn", points[3].lsn, made_from=first)
    expect("xid", marks_to(6), "--target-xid", points[6].xid, made_from=second)
    expect("name", marks_to(4), "--target-name", RESTORE_POINT, made_from=second)
    expect("immediate", marks_to(3), "--target", "immediate", made_from=second)
    expect("old-backup-to-end", marks_to(LAST_MARK), made_from=first, backup=first["id"])
    expect("old-backup-immediate", marks_to(1), "--target", "immediate", made_from=first, backup=first["id"])


def test_up_to_but_not_including(stage, vault):
    vault = vault()
    expect_recovered(stage, vault, "exclusive", marks_to(5), "--target-xid", vault.points[6].xid,
                     "--target-inclusive", "false", made_from=vault.second)
    expect_recovered(stage, vault, "inclusive", marks_to(6), "--target-xid", vault.points[6].xid,
                     "--target-inclusive", "true", made_from=vault.second)


def test_a_time_in_another_zone_is_the_same_time(stage, vault):
    """The server's own zone has no say in it."""
    vault = vault()
    elsewhere = vault.points[4].time.removesuffix("+00").replace(" ", "T")
    hour = int(elsewhere[11:13])
    if hour >= 22:  # The date would change with it.
        pytest.skip("too late in the day")
    there = f"{elsewhere[:11]}{hour + 2:02}{elsewhere[13:]}+02:00"
    expect_recovered(stage, vault, "there", marks_to(4), "--target-time", there, made_from=vault.second,
                     settings={"timezone": "America/New_York"})


@pytest.mark.parametrize("action", ["pause", "promote", "shutdown"])
def test_what_happens_at_the_target(stage, vault, action):
    vault = vault()
    server = stage.recovered(15, vault.tool, action, "--target-lsn", vault.points[4].lsn, "--target-action", action)
    if action == "shutdown":
        server.start(wait=False)
        server.wait_end()
        assert "shutdown at recovery target" in server.log(), server.log_tail()
        return
    server.start(wait=False)
    server.wait_ready(for_readers=action == "pause")
    if action == "pause":
        server.wait_log("pausing at the end of recovery")
    assert workload.marks(server) == marks_to(4)


def expect_refused(vault, code, *words, named=(), backup=None):
    """Nothing is written, not even the directory."""
    target = vault.tool.home / "refused"
    outcome = vault.tool.restore(target, *words, backup=backup, check=False)
    assert outcome.code == code, str(outcome)
    assert "trunkline: error:" in outcome.err, str(outcome)
    for word in named:
        assert word in outcome.err, str(outcome)
    assert not target.exists() or not list(target.iterdir()), "nothing was written"


def test_a_target_outside_of_the_recovery_window_is_refused(vault):
    vault = vault()
    window = vault.first["stopLSN"]
    expect_refused(vault, 65, "--target-lsn", "FFFF/0", named=[window])
    expect_refused(vault, 65, "--target-lsn", "0/1000000", named=[window])
    expect_refused(vault, 65, "--target-time", BEFORE_ALL, named=[window, vault.first["id"]])
    expect_refused(vault, 65, "--target-time", FAR_FUTURE, named=[window, vault.first["id"]])
    expect_refused(vault, 65, "--target-time", vault.points[2].time, backup=vault.second["id"],
                   named=[vault.second["id"]])
    expect_refused(vault, 65, "--target-timeline", "7", named=["7"])


def test_a_time_without_a_zone_is_refused(vault):
    vault = vault()
    expect_refused(vault, 64, "--target-time", vault.points[4].time.removesuffix("+00"), named=["zone"])


def test_contradictory_words_are_refused(vault):
    vault = vault()
    lsn, xid = vault.points[4].lsn, vault.points[4].xid
    expect_refused(vault, 64, "--target-lsn", lsn, "--target-xid", xid)
    expect_refused(vault, 64, "--target-lsn", "nonsense")
    expect_refused(vault, 64, "--target-action", "promote", "--target-lsn", lsn, "--target-inclusive", "perhaps")
    expect_refused(vault, 64, "--target", "tomorrow")


def test_a_backup_that_is_not_there_is_named(vault):
    vault = vault()
    missing = "20010101T000000Z-00000000"
    outcome = vault.tool.restore(vault.tool.home / "refused", backup=missing, check=False)
    assert 1 <= outcome.code <= 125 and missing in outcome.err, str(outcome)
    assert not (vault.tool.home / "refused").exists()


def test_a_gap_in_the_wal_is_found_before_a_byte_is_written(stage, vault):
    vault = vault()
    segment = vault.points[6].segment
    vault.tool.repository.delete(vault.tool.key_of(segment))
    expect_refused(vault, 65, "--target-lsn", vault.points[7].lsn, named=[segment])
    # Before the gap there is nothing to say against it.
    expect_recovered(stage, vault, "before", marks_to(5), "--target-lsn", vault.points[5].lsn, made_from=vault.second)
    # The end of WAL is now where the gap is, and whoever insists gets that far.
    forced = vault.tool.restore(stage.workplace / "forced", "--target-lsn", vault.points[7].lsn, "--force",
                                "--target-action", "promote")
    assert "--force" in forced.out + forced.err or segment in forced.err, str(forced)
    server = stage.adopt(15, "forced").start(wait=False)
    assert server.wait_end() != 0
    assert "recovery ended before configured recovery target was reached" in server.log(), server.log_tail()


def test_wal_that_the_backup_itself_needs_is_found_missing(vault):
    vault = vault()
    needed = next(key for key in vault.tool.wal_keys() if key.endswith(vault.points[3].segment))
    backup = vault.second
    for key in vault.tool.wal_keys():
        if key.rsplit("/", 1)[-1] > needed.rsplit("/", 1)[-1]:
            vault.tool.repository.delete(key)
    expect_refused(vault, 65, "--target", "immediate", backup=backup["id"], named=[backup["id"]])


@pytest.mark.parametrize("major", [15, 17])
def test_along_either_timeline(stage, repository, major):
    """Restored, promoted, worked on: the old line and the new one both stay within reach."""
    first, tool = stage.primary(major, repository("local"))
    workload.prepare(first)
    early = tool.backup()
    workload.mark(first, 1)
    first.switch_wal()
    _, fork = workload.mark(first, 2)
    workload.mark(first, 3)
    first.archive_everything()
    first.stop()

    archiving = {"archive_mode": "on", "archive_command": tool.archive_command()}
    second = stage.recovered(major, tool, "second", "--target-lsn", fork, settings=archiving).start()
    workload.mark(second, 12)
    tool.connect(second)
    late = tool.backup()
    assert late["timeline"] == 2
    workload.mark(second, 13)
    second.archive_everything()
    second.stop()

    def expect(name, marks, *words, made_from, backup=None):
        server = stage.recovered(major, tool, name, *words, backup=backup)
        expect_made_from(server.data, made_from)
        server.start()
        assert workload.marks(server) == marks, name
        server.stop()
    expect("newest", [1, 2, 12, 13], made_from=late)
    expect("latest", [1, 2, 12, 13], "--target-timeline", "latest", made_from=early, backup=early["id"])
    expect("old-line", [1, 2, 3], "--target-timeline", "1", made_from=early)
    expect("current", [1, 2, 3], "--target-timeline", "current", made_from=early, backup=early["id"])
    expect("new-line", [1, 2, 12, 13], "--target-timeline", "2", made_from=late)
    outcome = tool.restore(stage.workplace / "refused", "--target-timeline", "1", backup=late["id"], check=False)
    assert outcome.code == 65, "a backup of the new line has no way back to the old one"
