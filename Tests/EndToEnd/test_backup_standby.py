"""Backups taken from a standby, so that the primary has its disks for itself."""

import signal

import pytest

from harness import upheaval, workload
from harness.contents import check_everything, contents
from harness.waiting import wait_for


@pytest.mark.parametrize("major", [15, 17])
def test_backups_from_a_standby(stage, repository, major):
    primary, tool = stage.primary(major, repository("local"))
    workload.prepare(primary)
    upheaval.begin(primary)
    first = tool.backup()
    primary.archive_everything()
    standby = stage.recovered(major, tool, "standby", "--as-standby",
                              settings={"primary_conninfo": primary.conninfo}).start(wait=False)
    standby.wait_ready(for_readers=True)

    def here(settings):
        settings["cluster"]["main"] |= {"pgdata": str(standby.data), "connection": standby.conninfo,
                                        "primary": primary.conninfo}
    beside = tool.variant("standby-host", here)
    backups = []
    for number in (1, 2):
        with workload.Load(primary):
            workload.mark(primary, number)
            workload.wait_for_mark(standby, number)
            backups.append(beside.backup("--from-standby"))
    assert [backup["method"] for backup in backups] == ["full", "hashes"]
    assert backups[0]["timeline"] == 1
    assert [backup["id"] for backup in tool.backups()] == [backup["id"] for backup in (first, *backups)]
    before = contents(primary)
    primary.archive_everything()
    wait_for("the standby to have everything", lambda: standby.is_in_recovery)
    primary.stop()
    standby.stop()
    for number, backup in enumerate(backups):
        restored = stage.recovered(major, tool, f"restored-{number}", backup=backup["id"]).start()
        assert contents(restored) == before
        workload.check_invariant(restored)
        check_everything(restored)


def test_a_primary_is_no_standby(stage, repository):
    primary, tool = stage.primary(15, repository("local"))
    outcome = tool.run("backup", "--from-standby")
    assert 1 < outcome.code <= 125 and "standby" in outcome.err, str(outcome)
    assert tool.backups() == []


def test_a_standby_is_not_taken_for_a_primary(stage, repository):
    """It can be told from a primary only by asking, so the person says what is meant."""
    primary, tool = stage.primary(15, repository("local"))
    tool.backup()
    primary.archive_everything()
    standby = stage.recovered(15, tool, "standby", "--as-standby",
                              settings={"primary_conninfo": primary.conninfo}).start(wait=False)
    standby.wait_ready(for_readers=True)
    tool.connect(standby)
    outcome = tool.run("backup")
    assert 1 < outcome.code <= 125 and "--from-standby" in outcome.err, str(outcome)


def test_a_promotion_in_the_middle_fails_the_backup(stage, repository):
    """PostgreSQL says so itself: what was read belongs to two timelines."""
    primary, tool = stage.primary(15, repository("local"))
    upheaval.begin(primary)
    tool.backup()
    primary.archive_everything()
    standby = stage.recovered(15, tool, "standby", "--as-standby",
                              settings={"primary_conninfo": primary.conninfo}).start(wait=False)
    standby.wait_ready(for_readers=True)
    beside = tool.variant("standby-host", lambda settings: settings["cluster"]["main"].update(
        pgdata=str(standby.data), connection=standby.conninfo, primary=primary.conninfo))
    running = beside.begin("backup", "--from-standby", "--full")
    wait_for("the backup to have begun", lambda: len(begun(tool)) == 2)
    running.send(signal.SIGSTOP)
    primary.stop()
    standby.promote()
    running.send(signal.SIGCONT)
    outcome = running.wait()
    assert 1 < outcome.code <= 125 and "trunkline: error:" in outcome.err, str(outcome)
    assert len(tool.backups()) == 1


def begun(tool):
    return [key for key in tool.keys_of("backups") if key.endswith("/begun")]
