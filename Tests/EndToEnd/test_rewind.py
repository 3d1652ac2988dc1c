"""pg_rewind -c: the third caller of restore_command."""

from harness import workload
from harness.parameters import in_modes


@in_modes("major", [15, 18], agent=[18], module=[15])
def test_pg_rewind_takes_wal_from_the_archive(stage, repository, major):
    old, tool = stage.primary(major, repository("local"))
    workload.prepare(old)
    base = old.base_backup(stage.workplace / "base")
    workload.mark(old, 1)
    at_fork = old.archive_everything()

    archiving = tool.archive_settings(major)
    new = stage.restored(major, base, "new", tool, archiving).start()
    workload.mark(new, 2)
    new.archive_everything()

    workload.mark(old, 3)  # On the old line, after the fork: to be rewound.
    old.archive_everything()
    for _ in range(3):
        workload.mark(old, old_mark := max(workload.marks(old)) + 1)
        old.archive_everything()
    assert old_mark > 3
    old.configure({"restore_command": tool.restore_command()})
    old.stop()
    (old.data / "pg_wal" / at_fork).unlink(missing_ok=True)
    assert tool.key_of(at_fork), "pg_rewind has to ask the archive"

    done = old.program("pg_rewind", "--restore-target-wal", "--target-pgdata", old.data, "--source-server",
                       f"host={new.sockets} user=postgres dbname=postgres")
    assert done.code == 0, str(done)
    strangers = [path.name for path in (old.data / "pg_wal").iterdir() if path.name.startswith((".", "trunk"))]
    assert strangers == [], "no prefetch for pg_rewind"

    old.configure({"unix_socket_directories": str(old.sockets), "archive_mode": "off",
                   "restore_command": tool.restore_command(), "primary_conninfo": ""})
    old.signal_file("standby.signal")
    workload.mark(new, 9)
    new.archive_everything()
    old.start(wait=False)
    old.wait_ready(for_readers=True)
    assert workload.marks(old) == [1, 2, 9]
