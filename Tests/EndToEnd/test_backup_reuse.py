"""What a later backup takes from an earlier one, and what becomes of it when something is lost."""

import pytest

from harness import process, upheaval, workload
from harness.contents import contents
from harness.tree import flip

CHECK_FOUND = 1
PAGE_BYTES = 8192


@pytest.fixture
def worked(stage, repository):
    """A server with something in it: (server, trunkline)."""
    server, tool = stage.primary(15, repository("local"))
    upheaval.begin(server)
    return server, tool


def work_and_back_up(server, tool, number):
    server.sql(f"insert into growing select g, 'round {number}' from generate_series(1, 500) g",
               f"update ballast set text = '{number}' where number between {number * 1000} and {number * 1000 + 20}")
    return tool.backup()


def expect_restores(stage, tool, before, backup, name="restored", **more):
    server = stage.recovered(15, tool, name, backup=backup["id"], **more).start()
    assert contents(server) == before, backup["id"]
    server.stop()


def test_each_backup_is_complete_by_itself(stage, worked):
    """Whatever becomes of the descriptions of earlier ones: the last refers to packs, and to no backup."""
    server, tool = worked
    backups = [tool.backup()] + [work_and_back_up(server, tool, number) for number in (1, 2)]
    before = contents(server)
    server.archive_everything()
    for earlier in backups[:-1]:
        for key in tool.keys_of("backups", earlier["id"]):
            tool.repository.delete(key)
    assert [backup["id"] for backup in tool.backups()] == [backups[-1]["id"]]
    expect_restores(stage, tool, before, backups[-1])
    next_one = work_and_back_up(server, tool, 3)
    assert next_one["base"] == backups[-1]["id"]
    before = contents(server)
    server.archive_everything()
    expect_restores(stage, tool, before, next_one, "again")


def test_unchanged_data_is_stored_once(worked):
    server, tool = worked
    backups = [tool.backup()] + [work_and_back_up(server, tool, number) for number in range(1, 5)]
    stored = sum((tool.repository.folder / key).stat().st_size for key in tool.keys_of("packs"))
    assert stored < backups[0]["storedBytes"] * 2
    assert sum(backup["storedBytes"] for backup in backups) == pytest.approx(stored, rel=0.1)


def test_a_lost_index_means_a_full_backup(stage, worked):
    server, tool = worked
    tool.backup()
    process.remove_tree(tool.state)
    backup = work_and_back_up(server, tool, 1)
    assert (backup["method"], backup["base"], backup["reusedBytes"]) == ("full", None, 0)
    assert work_and_back_up(server, tool, 2)["base"] == backup["id"]


def test_a_damaged_index_is_not_trusted(stage, worked):
    server, tool = worked
    tool.backup()
    index = tool.state / "backup/index"
    assert index.stat().st_mode & 0o777 == 0o600
    flip(index, index.stat().st_size // 2)
    backup = work_and_back_up(server, tool, 1)
    assert backup["method"] == "full", backup
    before = contents(server)
    server.archive_everything()
    expect_restores(stage, tool, before, backup)


def test_another_repository_means_a_full_backup_into_both(stage, worked, repository):
    """The new one has none of the packs that a later backup would refer to."""
    server, tool = worked
    tool.backup()
    second = repository("local", name="second")
    tool.repositories.append(second)
    with tool.edit() as settings:
        settings["repository"]["second"] = {"url": second.url}
    tool.init(server.data)
    backup = work_and_back_up(server, tool, 1)
    assert backup["method"] == "full", backup
    later = work_and_back_up(server, tool, 2)
    assert later["base"] == backup["id"]
    before = contents(server)
    server.archive_everything()
    for number, place in enumerate(tool.repositories):
        data = stage.workplace / f"restored-{number}"
        tool.run_bare("restore", later["id"], "--to", data, repository=place, check=True)
        restored = stage.adopt(15, data.name, {"restore_command": tool.restore_command()}).start()
        assert contents(restored) == before
        restored.stop()


def test_a_repository_that_lost_a_pack_does_not_spoil_what_follows(stage, worked):
    """The index says it is there; the repository says it is not: stored again, or refused, never referred to."""
    server, tool = worked
    first = tool.backup()
    for key in tool.keys_of("packs", first["id"]):
        tool.repository.delete(key)
    outcome = tool.run("backup")
    if outcome.code == 0:
        backup = tool.backups()[-1]
        before = contents(server)
        server.archive_everything()
        expect_restores(stage, tool, before, backup)
    else:
        assert "trunkline: error:" in outcome.err and first["id"] in outcome.err, str(outcome)
        assert len(tool.backups()) == 1
        assert tool.backup("--full")["method"] == "full"


def test_a_host_that_cannot_read_backs_up(stage, worked):
    """Public keys alone on the host that writes; the identity is on the one that restores."""
    server, tool = worked

    def blind(settings):
        settings["encryption"].pop("identity")
    writer = tool.variant("writer", blind)
    full = writer.backup()
    later = work_and_back_up(server, writer, 1)
    assert (full["method"], later["method"], later["base"]) == ("full", "hashes", full["id"])
    before = contents(server)
    server.archive_everything()
    refused = writer.restore(stage.workplace / "refused", check=False)
    assert refused.code != 0 and "identity" in refused.err, str(refused)
    assert writer.backups() == tool.backups(), "listing needs no key"
    expect_restores(stage, tool, before, later)


def damage_a_page(server, relation, block):
    """As a failing disk would: while the server does not run, so that no buffer hides it."""
    name = server.file_of(relation)
    server.stop()
    flip(server.data / name, block * PAGE_BYTES + 4000)
    server.start()
    return name


def test_a_damaged_page_is_named_and_the_backup_kept(stage, worked):
    server, tool = worked
    tool.backup()
    name = damage_a_page(server, "ballast", 17)
    outcome = tool.run("backup")
    assert outcome.code == CHECK_FOUND, str(outcome)
    assert name in outcome.err and "17" in outcome.err, str(outcome)
    kept = tool.backups()[-1]
    assert kept["pageErrors"] == 1, kept
    again = tool.backup("--full", code=CHECK_FOUND)
    assert again["pageErrors"] == [{"file": name, "block": 17}], again
    # Not looked at again is no reason to call it good.
    later = tool.backup(code=CHECK_FOUND)
    assert later["pageErrors"] == [{"file": name, "block": 17}], later
    server.sql("drop table ballast")
    assert tool.backup()["pageErrors"] == []
    assert [backup["pageErrors"] for backup in tool.backups()] == [0, 1, 1, 1, 0]


def test_a_page_that_is_being_written_is_no_damage(stage, repository):
    """Torn reads under load are read again; a page checksum that fails once means nothing."""
    server, tool = stage.primary(15, repository("local"), settings={"shared_buffers": "1MB", "bgwriter_delay": "10ms"})
    workload.prepare(server, scale=3)
    with workload.Load(server, clients=4):
        for _ in range(3):
            assert tool.backup("--reread")["pageErrors"] == []


def test_a_server_without_page_checksums(stage, repository):
    server, tool = stage.primary(15, repository("local"))
    upheaval.begin(server)
    server.stop()
    server.program("pg_checksums", "--disable", "--pgdata", server.data)
    server.start()
    damage_a_page(server, "ballast", 3)
    backup = tool.backup()
    assert backup["pageErrors"] == []
    assert any("checksum" in warning for warning in backup["warnings"]), backup
