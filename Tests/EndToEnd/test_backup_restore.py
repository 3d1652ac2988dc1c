"""The main road of base backups: taken under load, restored, and equal to what was there."""

import pytest

from harness import upheaval, workload
from harness.contents import check_everything, contents

SUMMARIES_SINCE = 17
# The ballast stays as it is, so a later backup stores a part of what the first one did; the last round alone adds two
# databases, each a third of the first backup's files.
LATER_SHARE_MAX = 1 / 2
QUIET_SHARE_MAX = 1 / 10


def summarizing(major):
    return {"summarize_wal": "on"} if major >= SUMMARIES_SINCE else None


def incremental_method(major):
    return "summaries" if major >= SUMMARIES_SINCE else "hashes"


class History:
    """A server under load, backed up before and after each round of changes, and its contents after each backup."""

    def __init__(self, stage, major, place):
        self.stage, self.major = stage, major
        self.server, self.tool = stage.primary(major, place, settings=summarizing(major))
        self.tablespace = stage.account.make_directory(stage.workplace / "elsewhere")
        workload.prepare(self.server)
        upheaval.begin(self.server)
        self.backups, self.contents = [], []

    def back_up_under_load(self, changes):
        with workload.Load(self.server):
            changes()
            self.backups.append(self.tool.backup())
        number = len(self.backups) - 1
        self.server.restore_point(f"after backup {number}")
        self.contents.append(contents(self.server))

    def go_through(self):
        self.back_up_under_load(lambda: None)
        for number in range(len(upheaval.ROUNDS)):
            self.back_up_under_load(lambda: upheaval.round_of_changes(self.server, number, self.tablespace))
        self.server.archive_everything()
        self.server.stop()

    def expect_restored(self, number):
        """The backup, recovered to the point where its contents were looked at."""
        elsewhere = self.stage.workplace / f"elsewhere-{number}"
        words = ["--tablespace", f"{self.tablespace}={elsewhere}"] if number > 0 else []
        server = self.stage.recovered(
            self.major, self.tool, f"restored-{number}", "--target-name", f"after backup {number}", *words,
            backup=self.backups[number]["id"]).start()
        assert contents(server) == self.contents[number], f"backup {number}"
        assert upheaval.expect_unlogged_are_empty(server), "there are some"
        workload.check_invariant(server)
        if number > 0:
            place = server.sql("select pg_tablespace_location(oid) from pg_tablespace where spcname = 'elsewhere'")
            assert place == str(elsewhere)
        check_everything(server)


@pytest.mark.parametrize("major, store", [(15, "local"), (17, "local"), (18, "moto")], ids=str)
def test_every_backup_of_a_busy_server_restores_to_what_was_there(stage, repository, major, store):
    history = History(stage, major, repository(store))
    history.go_through()
    full, *later = history.backups
    assert (full["method"], full["base"]) == ("full", None)
    assert full["reusedBytes"] == 0
    for before, backup in zip(history.backups, later):
        assert (backup["method"], backup["base"]) == (incremental_method(major), before["id"])
        assert backup["storedBytes"] < full["storedBytes"] * LATER_SHARE_MAX, backup
        assert backup["reusedBytes"] > 0 and backup["pageErrors"] == [], backup
    # Of a store elsewhere only the last one, which needs all others.
    for number in range(len(history.backups)) if store == "local" else [-1 + len(history.backups)]:
        history.expect_restored(number)


@pytest.mark.parametrize("major", [15, 17])
def test_a_backup_of_a_quiet_server_stores_next_to_nothing(stage, repository, major):
    server, tool = stage.primary(major, repository("local"), settings=summarizing(major))
    upheaval.begin(server)
    contents(server)  # The first one to read a row leaves a hint on its page.
    full = tool.backup()
    server.sql("update ballast set text = 'changed' where number = 1")
    before = contents(server)
    second = tool.backup()
    assert second["method"] == incremental_method(major), second
    assert second["bytes"] == pytest.approx(full["bytes"], rel=0.05)
    assert second["storedBytes"] < full["storedBytes"] * QUIET_SHARE_MAX, second
    if major >= SUMMARIES_SINCE:
        assert second["readBytes"] < second["bytes"] * QUIET_SHARE_MAX, second
    server.archive_everything()
    server.stop()
    restored = stage.recovered(major, tool, "restored", backup=second["id"]).start()
    assert contents(restored) == before


def test_a_quiet_server_without_summaries_is_not_asked_to_wait_for_any(stage, repository):
    """summarize_wal is off by default: version 17 then goes by hashes."""
    server, tool = stage.primary(17, repository("local"))
    tool.backup()
    server.sql("create table mark (number int)")
    assert tool.backup()["method"] == "hashes"
