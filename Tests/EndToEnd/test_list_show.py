"""`trunkline list` and `trunkline show`: what can be restored, and up to when."""

import datetime
import json

from harness.trunkline import wal_position as lsn
from harness.vault import ANNOTATION

COLUMNS = 100
BACKUP_KEYS = {"id", "start", "stop", "startLSN", "stopLSN", "timeline", "bytes", "storedBytes", "reusedBytes",
               "method", "version", "annotations", "pageErrors", "seconds"}
WINDOW_KEYS = {"timeline", "from", "fromBackup", "fromLSN", "toLSN", "to"}


def moment(text):
    return datetime.datetime.fromisoformat(text)


def expect_narrow(outcome):
    assert max(len(line) for line in outcome.out.splitlines()) <= COLUMNS, str(outcome)


def test_list_tells_backups_and_windows(vault):
    vault = vault()
    (system,) = vault.tool.systems()
    assert system["system"] and str(system["version"]).startswith("15")
    first, second = sorted(system["backups"], key=lambda backup: lsn(backup["stopLSN"]))
    assert BACKUP_KEYS <= first.keys()
    for listed, told in ((first, vault.first), (second, vault.second)):
        for key in ("id", "startLSN", "stopLSN", "timeline", "bytes", "storedBytes", "reusedBytes", "method"):
            assert listed[key] == told[key], key
    assert first["annotations"] == dict([ANNOTATION]) and second["annotations"] == {}
    assert (first["method"], second["method"], first["pageErrors"]) == ("full", "hashes", 0)
    for backup in (first, second):
        assert backup["start"].endswith("Z") and moment(backup["start"]) <= moment(backup["stop"])
    assert moment(vault.points[1].time) - datetime.timedelta(seconds=1) <= moment(first["stop"])
    assert moment(first["stop"]) <= moment(vault.points[2].time) + datetime.timedelta(seconds=1)


def test_list_tells_the_window(vault):
    vault = vault()
    (system,) = vault.tool.systems()
    (window,) = system["windows"]
    assert WINDOW_KEYS <= window.keys()
    assert (window["timeline"], window["fromBackup"]) == (1, vault.first["id"])
    assert window["fromLSN"] == vault.first["stopLSN"]
    assert lsn(window["toLSN"]) >= lsn(vault.points[7].lsn)
    assert system["gaps"] == []
    assert moment(window["from"]) <= moment(vault.points[2].time)


def test_a_gap_splits_the_window(vault):
    vault = vault()
    segment = vault.points[2].segment
    vault.tool.repository.delete(vault.tool.key_of(segment))
    (system,) = vault.tool.systems()
    assert [(gap["timeline"], gap["first"], gap["last"], gap["count"]) for gap in system["gaps"]] == [
        (1, segment, segment, 1)]
    before, after = sorted(system["windows"], key=lambda window: lsn(window["fromLSN"]))
    assert lsn(before["toLSN"]) <= lsn(vault.points[2].lsn) < lsn(after["fromLSN"])
    assert (before["fromBackup"], after["fromBackup"]) == (vault.first["id"], vault.second["id"])
    people = vault.tool.run("list", check=True)
    assert segment in people.out and "gap" in people.out.lower(), str(people)


def test_list_for_people(vault):
    vault = vault()
    outcome = vault.tool.run("list", check=True)
    expect_narrow(outcome)
    for word in (vault.first["id"], vault.second["id"], "full"):
        assert word in outcome.out, str(outcome)
    year = vault.points[1].time[:4]
    assert year in outcome.out and ("UTC" in outcome.out or "Z" in outcome.out), "times have a zone"


def test_list_of_nothing(desk, repository):
    desk = desk(repository("local"))
    outcome = desk.tool.run("list", check=True)
    expect_narrow(outcome)
    assert desk.tool.backups() == []


def test_list_of_several_repositories(desk, repository):
    desk = desk(repository("local", name="one"), repository("local", name="two"))
    told = json.loads(desk.tool.run("list", "--json", check=True).out)
    assert len(told["repositories"]) == 2
    assert len({entry["repository"] for entry in told["repositories"]}) == 2


def test_show_one_backup(vault):
    vault = vault()
    shown = vault.tool.show(vault.first["id"])
    for key in ("id", "startLSN", "stopLSN", "timeline", "bytes", "storedBytes", "method"):
        assert shown[key] == vault.first[key], key
    outcome = vault.tool.run("show", vault.first["id"], check=True)
    expect_narrow(outcome)
    for word in (vault.first["id"], vault.first["startLSN"], vault.first["stopLSN"], "=".join(ANNOTATION)):
        assert word in outcome.out or ANNOTATION[1] in outcome.out, str(outcome)


def test_show_the_files_of_a_backup(vault):
    vault = vault()
    shown = vault.tool.show(vault.second["id"], "--files")
    names = {entry["path"]: entry for entry in shown["files"]}
    assert {"PG_VERSION", "global/pg_control", "base/1/PG_VERSION"} <= names.keys()
    assert names["PG_VERSION"]["bytes"] == 3
    for absent in ("postmaster.pid", "postmaster.opts", "backup_manifest"):
        assert absent not in names
    assert not [name for name in names if name.startswith(("pg_wal/0", "pg_replslot/", "pg_stat_tmp/", "pgsql_tmp"))]
    people = vault.tool.run("show", vault.second["id"], "--files", check=True)
    assert "global/pg_control" in people.out


def test_show_without_an_identity(vault):
    """The summary is plain and signed; the names of files are sealed."""
    vault = vault()
    with vault.tool.edit() as settings:
        settings["encryption"].pop("identity")
    assert vault.tool.show(vault.first["id"])["id"] == vault.first["id"]
    outcome = vault.tool.run("show", vault.first["id"], "--files")
    assert outcome.code > 1 and "identity" in outcome.err, str(outcome)


def test_show_what_is_not_there(vault):
    vault = vault()
    outcome = vault.tool.run("show", "20010101T000000Z-00000000")
    assert 1 <= outcome.code <= 125 and "20010101T000000Z-00000000" in outcome.err, str(outcome)


def test_a_forged_summary_is_not_listed_as_good(vault):
    """Whoever may write to the repository cannot make up a backup."""
    vault = vault()
    (key,) = [key for key in vault.tool.keys_of("backups", vault.second["id"]) if key.endswith("/summary")]
    content = vault.tool.repository.read(key)
    assert b"full" in content or b"hashes" in content, "the summary is plain"
    vault.tool.repository.write(key, content.replace(b"hashes", b"hashed"))
    outcome = vault.tool.run("list", "--json")
    listed = json.loads(outcome.out)["repositories"][0]["systems"][0]["backups"] if outcome.out else []
    assert [backup["id"] for backup in listed] == [vault.first["id"]], str(outcome)
    assert vault.second["id"] in outcome.err, str(outcome)
