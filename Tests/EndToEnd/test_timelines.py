"""Timelines: two switches, and recovery along each of the three lines."""

from harness import workload
from harness.parameters import in_modes


@in_modes("major, store", [(18, "local"), (15, "moto")], agent=[(15, "local")], module=[(18, "moto")])
def test_recovery_along_every_timeline(stage, repository, major, store):
    first, tool = stage.primary(major, repository(store))
    workload.prepare(first)
    base = first.base_backup(stage.workplace / "base")
    workload.mark(first, 1)
    first.switch_wal()
    _, fork_1 = workload.mark(first, 2)
    workload.mark(first, 3)  # lost on the second timeline
    first.archive_everything()
    first.stop()

    archiving = tool.archive_settings(major)
    second = stage.restored(major, base, "second", tool, archiving | {"recovery_target_lsn": fork_1}).start()
    workload.mark(second, 12)
    second.switch_wal()
    _, fork_2 = workload.mark(second, 13)
    workload.mark(second, 14)  # lost on the third
    second.archive_everything()
    second.stop()

    third = stage.restored(major, base, "third", tool, archiving | {"recovery_target_lsn": fork_2}).start()
    workload.mark(third, 23)
    third.archive_everything()
    assert third.archiver()[2] == 0, third.log_tail()
    third.stop()

    lines = {"1": [1, 2, 3], "2": [1, 2, 12, 13, 14], "3": [1, 2, 12, 13, 23], "latest": [1, 2, 12, 13, 23]}
    for timeline, expected in lines.items():
        settings = {"recovery_target_timeline": timeline}
        recovered = stage.restored(major, base, f"along-{timeline}", tool, settings).start()
        assert workload.marks(recovered) == expected, f"along timeline {timeline}"
        recovered.stop()
    names = {key.rsplit("/", 1)[-1] for key in tool.wal_keys()}
    assert {"00000002.history", "00000003.history"} <= names
