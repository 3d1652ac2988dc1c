"""Standbys that live on the archive alone, and archiving from both sides."""

from harness import workload
from harness.parameters import in_modes
from harness.waiting import wait_for


@in_modes("major, store", [(17, "local"), (15, "openstack-swift")], agent=[(15, "moto")])
def test_a_standby_follows_by_archive_only(stage, repository, major, store):
    primary, tool = stage.primary(major, repository(store))
    workload.prepare(primary)
    base = primary.base_backup(stage.workplace / "base")
    standby = stage.restored(major, base, "standby", tool, signal_file="standby.signal").start(wait=False)
    standby.wait_ready(for_readers=True)
    for number in range(1, 4):
        workload.mark(primary, number)
        primary.archive_everything()
        wait_for(f"mark {number} on the standby",
                 lambda: number in workload.marks(standby) if has_marks(standby) else False, 60)
    assert "FATAL" not in standby.log()
    primary.stop()
    standby.promote()
    workload.mark(standby, 4)
    assert workload.marks(standby) == [1, 2, 3, 4]


def has_marks(server):
    return server.sql("select to_regclass('mark') is not null") == "t"


@in_modes("major, store", [(18, "local"), (15, "moto")], agent=[(18, "local")], module=[(15, "local")])
def test_archiving_always_from_both_sides(stage, repository, major, store):
    """archive_mode = always: the standby archives what it got from the archive, byte for byte the same."""
    primary, tool = stage.primary(major, repository(store))
    workload.prepare(primary)
    base = primary.base_backup(stage.workplace / "base")
    elsewhere = tool.variant("standby-host", lambda settings: None)
    settings = elsewhere.archive_settings(major) | {"archive_mode": "always"}
    standby = stage.restored(major, base, "standby", elsewhere, settings, "standby.signal").start(wait=False)
    standby.wait_ready(for_readers=True)
    for number in range(1, 4):
        workload.mark(primary, number)
        last = primary.archive_everything()
    wait_for("the standby to have archived the same segments", lambda: standby.archiver()[1] >= last)
    assert standby.archiver()[2] == 0, standby.log_tail()
    before = tool.wal_keys()
    standby.promote()
    workload.mark(standby, 4)
    standby.archive_everything()
    assert standby.archiver()[2] == 0, standby.log_tail()
    assert set(before) < set(tool.wal_keys())
