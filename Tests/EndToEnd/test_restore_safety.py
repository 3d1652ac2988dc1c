"""A restore writes where nothing is lost by it, says what it will do, and never looks finished before it is."""

import os
import stat
import subprocess

import pytest

from harness import process, workload
from harness.process import Account
from harness.tree import changed, flip, tree
from harness.vault import LAST_MARK

ALL_MARKS = list(range(1, LAST_MARK + 1))
BAD_DATA, WOULD_OVERWRITE, INPUT_OUTPUT = 65, 73, 74
# Restoring writes these by itself, so they have no times to keep.
MADE_BY_RESTORE = {"postgresql.auto.conf", "recovery.signal", "standby.signal", "backup_label", "backup_manifest",
                   "tablespace_map", "global/pg_control"}


def expect_refused_and_untouched(tool, target, code, *words):
    before = tree(target)
    outcome = tool.restore(target, *words, check=False)
    assert outcome.code == code, str(outcome)
    assert "trunkline: error:" in outcome.err and str(target) in outcome.err, str(outcome)
    assert changed(before, tree(target)) == []
    return outcome


def expect_all_marks(server):
    server.start()
    assert workload.marks(server) == ALL_MARKS
    workload.check_invariant(server)


def test_a_directory_with_something_in_it_is_refused(vault, workplace):
    vault = vault()
    target = vault.tool.account.make_directory(workplace / "restored")
    vault.tool.account.write(target / "a letter", "from my grandmother")
    expect_refused_and_untouched(vault.tool, target, WOULD_OVERWRITE)
    expect_refused_and_untouched(vault.tool, target, BAD_DATA, "--delta")


def test_an_empty_directory_is_fine_and_keeps_being_the_same_one(stage, vault):
    """It may be a mount point."""
    vault = vault()
    target = stage.account.make_directory(stage.workplace / "restored", 0o755)
    before = target.stat().st_ino
    server = stage.recovered(15, vault.tool, "restored")
    assert target.stat().st_ino == before
    assert stat.S_IMODE(target.stat().st_mode) == 0o700, "PostgreSQL insists on it"
    expect_all_marks(server)


def test_a_running_server_is_refused(stage, vault):
    vault = vault()
    server = stage.recovered(15, vault.tool, "restored").start()
    for words in ([], ["--delta"], ["--delta", "--force"]):
        outcome = vault.tool.restore(server.data, *words, check=False)
        assert outcome.code == WOULD_OVERWRITE, str(outcome)
        assert "trunkline: error:" in outcome.err, str(outcome)
    assert "running" in outcome.err and str(server.postmaster.pid) in outcome.err, str(outcome)
    assert workload.marks(server) == ALL_MARKS


def test_the_place_of_a_tablespace_with_something_in_it_is_refused(stage, repository):
    """Without --tablespace it would be the original's, and the original may be running."""
    server, tool = stage.primary(15, repository("local"))
    elsewhere = stage.account.make_directory(stage.workplace / "elsewhere")
    server.sql(f"create tablespace elsewhere location '{elsewhere}'",
               "create table there tablespace elsewhere as select generate_series(1, 1000) as number")
    tool.backup()
    server.archive_everything()
    target = stage.workplace / "restored"
    before = tree(elsewhere)
    outcome = tool.restore(target, check=False)
    assert outcome.code == WOULD_OVERWRITE and str(elsewhere) in outcome.err, str(outcome)
    assert changed(before, tree(elsewhere)) == [] and not target.exists()
    wrong = tool.restore(target, "--tablespace", f"/no/such/place={stage.workplace}/x", check=False)
    assert 1 < wrong.code <= 125 and "/no/such/place" in wrong.err and not target.exists(), str(wrong)
    server.stop()
    restored = stage.recovered(15, tool, "restored", "--tablespace", f"{elsewhere}={stage.workplace}/elsewhere-2")
    assert restored.start().sql("select count(*) from there") == "1000"


def damage_in_every_way(data, account):
    """Returns the names of what restoring has to write again."""
    base = sorted(path for path in (data / "base").rglob("*") if path.is_file() and path.stat().st_size >= 65536)
    flipped, shortened, longer, removed = base[:4]
    flip(flipped, 40000)
    os.truncate(shortened, 8192)
    with open(longer, "ab") as file:
        file.write(bytes(8192))
    removed.unlink()
    stranger = account.write(data / "base" / "999999", "not of this cluster")
    stranger_folder = account.make_directory(data / "base" / "77777")
    account.write(stranger_folder / "88888", bytes(8192))
    (data / "PG_VERSION").chmod(0o644)
    return {str(path.relative_to(data)) for path in (flipped, shortened, longer, removed)}


def test_delta_repairs_and_writes_only_what_differs(stage, vault):
    vault = vault()
    data = stage.workplace / "restored"
    vault.tool.restore(data)
    pristine = tree(data)
    damaged = damage_in_every_way(data, stage.account)
    vault.tool.restore(data, "--delta")
    repaired = tree(data)
    assert changed(pristine, repaired, of=lambda entry: entry.lasting) == []
    assert set(changed(pristine, repaired)) - MADE_BY_RESTORE <= damaged | {"PG_VERSION"}, "the others stay as they are"
    expect_all_marks(stage.adopt(15, "restored"))


def test_delta_over_a_server_that_has_lived_on(stage, vault):
    """The usual case: the old data directory, of which most is still right."""
    vault = vault()
    server = stage.recovered(15, vault.tool, "restored").start()
    server.sql("drop table pgbench_accounts", "create table later as select generate_series(1, 10000)",
               "delete from mark", "vacuum full pgbench_tellers")
    server.stop()
    vault.tool.restore(server.data, "--delta")
    assert not (server.data / "postmaster.pid").exists()
    server = stage.adopt(15, "restored")
    expect_all_marks(server)
    assert server.sql("select to_regclass('later') is null") == "t"


def test_delta_to_another_backup(stage, vault):
    vault = vault()
    server = stage.recovered(15, vault.tool, "restored", backup=vault.second["id"]).start()
    server.stop()
    server = stage.recovered(15, vault.tool, "restored", "--delta", "--target", "immediate",
                             backup=vault.first["id"]).start()
    assert workload.marks(server) == [1]


def test_a_dry_run_writes_nothing_and_tells_the_plan(vault, workplace):
    vault = vault()
    target = workplace / "restored"
    outcome = vault.tool.restore(target, "--dry-run", "--target-time", vault.points[4].time)
    assert not target.exists()
    for word in (vault.second["id"], str(target)):
        assert word in outcome.out, str(outcome)
    target = vault.tool.account.make_directory(target)
    vault.tool.restore(target, "--dry-run")
    assert list(target.iterdir()) == []
    vault.tool.restore(target)
    before = tree(target)
    vault.tool.restore(target, "--dry-run", "--delta")
    assert changed(before, tree(target)) == []


def test_a_full_disk_leaves_nothing_that_looks_started(stage, vault):
    """The limit on file sizes stands in for the disk: EFBIG where ENOSPC would be."""
    vault = vault()
    tool, data = vault.tool, stage.workplace / "restored"
    script = f'ulimit -f 1024; exec "{tool.program}" restore --to "{data}" --config "{tool.config}"'
    done = subprocess.run(["/bin/bash", "-c", script], cwd=tool.home, env={}, timeout=90, capture_output=True,
                          **tool.account.popen_arguments())
    said = done.stderr.decode()
    assert done.returncode == INPUT_OUTPUT and str(data) in said, said
    assert not (data / "global/pg_control").exists()
    server = stage.adopt(15, "restored").start(wait=False)
    assert server.wait_end() != 0, "PostgreSQL does not start on a part of a cluster"
    vault.tool.restore(data, "--delta")
    expect_all_marks(stage.adopt(15, "restored"))


def test_killed_in_the_middle_and_done_again(stage, vault, killpoints):
    vault = vault()
    data = stage.workplace / "restored"
    whole = vault.tool.restore(stage.workplace / "whole")
    assert whole.code == 0
    for point in (1, 3, 40, 400, 1500):
        outcome = vault.tool.restore(data, "--delta", env=killpoints.environment(point), check=False)
        if outcome.code == 0:
            process.remove_tree(data)
            continue
        assert not (data / "global/pg_control").exists(), "which comes last"
    vault.tool.restore(data, "--delta")
    assert changed(tree(stage.workplace / "whole"), tree(data), of=lambda entry: entry.lasting) == []
    expect_all_marks(stage.adopt(15, "restored"))


@pytest.mark.parametrize("words, folder, file", [([], 0o700, 0o600), (["--allow-group-access"], 0o750, 0o640)],
                         ids=["owner", "group"])
def test_modes_and_owners_are_those_of_the_original(stage, repository, words, folder, file):
    server, tool = stage.primary(15, repository("local"), words=words)
    (server.data / "postgresql.conf").chmod(0o644)
    tool.backup()
    server.archive_everything()
    server.stop()
    restored = stage.recovered(15, tool, "restored").data
    entries = tree(restored)
    assert stat.S_IMODE(restored.stat().st_mode) == folder
    assert entries["postgresql.conf"].mode == 0o644, "somebody wanted it so"
    usual = {name: entry.mode for name, entry in entries.items() if name != "postgresql.conf"}
    assert set(usual.values()) == {folder, file}, usual
    assert {entry.owner for entry in entries.values()} == {(stage.account.uid, stage.account.gid)}
    stage.servers[-1].start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_root_restores_for_the_original_owner(stage, vault):
    vault = vault()
    data = stage.workplace / "restored"
    process.run([vault.tool.program, "restore", "--to", data, "--config", vault.tool.config], Account("root", 0, 0),
                vault.tool.home, check=True)
    assert {entry.owner for entry in tree(data).values()} == {(stage.account.uid, stage.account.gid)}
    assert data.stat().st_uid == stage.account.uid
    expect_all_marks(stage.adopt(15, "restored"))


def test_pg_wal_on_a_disk_of_its_own(stage, repository):
    """A link in the original, a directory in the copy: two servers must not share it."""
    server, tool = stage.primary(15, repository("local"), words=["--waldir", stage.workplace / "wal"])
    server.sql("create table mark (number int)", "insert into mark values (1)")
    tool.backup()
    server.archive_everything()
    server.stop()
    restored = stage.recovered(15, tool, "restored")
    assert (restored.data / "pg_wal").is_dir() and not (restored.data / "pg_wal").is_symlink()
    assert workload.marks(restored.start()) == [1]


def test_earlier_recovery_settings_do_not_come_back(stage, repository, vault):
    """A cluster that was itself restored carries the target of that time in its settings."""
    vault = vault()
    server = stage.recovered(15, vault.tool, "first", "--target-lsn", vault.points[4].lsn,
                             settings={"archive_mode": "on"})
    tool = stage.trunkline(repository("local", name="second-repository"), name="second-trunkline")
    tool.init(server.data)
    tool.connect(server)
    server.configure({"archive_command": tool.archive_command(), "work_mem": "5MB"})
    server.start()
    workload.mark(server, 100)
    tool.backup()
    server.archive_everything()
    server.stop()
    restored = stage.recovered(15, tool, "second")
    text = (restored.data / "postgresql.auto.conf").read_text()
    assert "recovery_target_lsn" not in text and str(vault.tool.config) not in text, text
    assert text.count("restore_command") == 1 and "work_mem = '5MB'" in text, text
    assert workload.marks(restored.start()) == [1, 2, 3, 4, 100]


@pytest.mark.parametrize("store", ["local", "moto"])
def test_on_another_machine_with_the_address_and_the_identity_alone(stage, repository, store):
    place = repository(store)
    primary, tool = stage.primary(15, place)
    workload.prepare(primary)
    workload.mark(primary, 1)
    tool.backup()
    workload.mark(primary, 2)
    primary.archive_everything()
    primary.stop()
    tool.config.rename(tool.home / "lost.toml")
    process.remove_tree(tool.state)
    listed = tool.run_bare("list", check=True)
    assert "main" in listed.out, str(listed)
    tool.run_bare("restore", "latest", "--to", stage.workplace / "restored", check=True)
    server = stage.adopt(15, "restored")
    secrets = [value for value in place.init_environment().values() if len(value) > 12]
    text = (server.data / "postgresql.auto.conf").read_text()
    assert not [secret for secret in secrets if secret in text], "no secret in a file of the server"
    server.start(env=process.environment(tool.home, place.init_environment()))
    assert workload.marks(server) == [1, 2]


def test_a_standby_follows_the_archive(stage, repository):
    primary, tool = stage.primary(15, repository("local"))
    workload.prepare(primary)
    tool.backup()
    workload.mark(primary, 1)
    primary.archive_everything()
    standby = stage.recovered(15, tool, "standby", "--as-standby")
    assert (standby.data / "standby.signal").exists() and not (standby.data / "recovery.signal").exists()
    standby.start(wait=False)
    standby.wait_ready(for_readers=True)
    for number in (2, 3):
        workload.mark(primary, number)
        primary.archive_everything()
        workload.wait_for_mark(standby, number)
    primary.stop()
    standby.promote()
    assert workload.marks(standby) == [1, 2, 3]
