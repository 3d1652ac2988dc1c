"""PostgreSQL's own pg_verifybackup accepts what a restore writes, before recovery has touched it."""

import pytest

from harness import upheaval, workload
from harness.tree import flip


@pytest.mark.parametrize("major", [15, 17, 18])
def test_pg_verifybackup_accepts_full_and_incremental(stage, repository, major):
    server, tool = stage.primary(major, repository("local"))
    tablespace = stage.account.make_directory(stage.workplace / "elsewhere")
    upheaval.begin(server)
    upheaval.round_of_changes(server, 0, tablespace)
    backups = [tool.backup()]
    upheaval.round_of_changes(server, 1, tablespace)
    with workload_of(server):
        backups.append(tool.backup())
    server.archive_everything()
    server.stop()
    for number, backup in enumerate(backups):
        restored = stage.workplace / f"restored-{number}"
        tool.restore(restored, "--tablespace", f"{tablespace}={stage.workplace}/elsewhere-{number}",
                     backup=backup["id"])
        server.program("pg_verifybackup", "--no-parse-wal", restored)
    # The check is one: it finds what is wrong.
    flip(restored / "PG_VERSION", 0)
    found = server.program("pg_verifybackup", "--no-parse-wal", restored, check=False)
    assert found.code != 0 and "PG_VERSION" in found.err, str(found)


def workload_of(server):
    workload.prepare(server)
    return workload.Load(server)
