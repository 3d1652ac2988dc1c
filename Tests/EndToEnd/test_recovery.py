"""The main road: archive under load, recover to every kind of target."""

from harness import workload
from harness.parameters import in_modes
from harness.waiting import wait_for

# Each version and each store at least once; the versions differ in the server, the stores in the client.
ROADS = [(15, "local"), (15, "openstack-swift"), (17, "ceph-rgw"), (18, "moto")]


@in_modes("major, store", ROADS, agent=[(17, "local"), (15, "moto")], module=[(15, "local"), (18, "moto")])
def test_recovery_to_every_target(stage, repository, major, store):
    server, tool = stage.primary(major, repository(store))
    workload.prepare(server)
    base = server.base_backup(stage.workplace / "base")
    with workload.Load(server):
        workload.mark(server, 1)
        first_end = server.switch_wal()
        time_2, _ = workload.mark(server, 2)
        server.switch_wal()
        _, lsn_3 = workload.mark(server, 3)
        server.switch_wal()
        workload.mark(server, 4)
        server.sql("select pg_create_restore_point('after four')")
        server.switch_wal()
        workload.mark(server, 5)
        rows = workload.history_rows(server)
        wait_for("load after the last mark", lambda: workload.history_rows(server) > rows)
    server.archive_everything()
    rows = workload.history_rows(server)
    archived, _, failed = server.archiver()
    assert failed == 0, server.log_tail()
    assert archived >= 5
    server.stop()
    assert tool.key_of(first_end), "the first segment is in the repository"

    targets = {
        "time": ({"recovery_target_time": time_2}, [1, 2]),
        "lsn": ({"recovery_target_lsn": lsn_3}, [1, 2, 3]),
        "name": ({"recovery_target_name": "after four"}, [1, 2, 3, 4]),
        "end": ({}, [1, 2, 3, 4, 5]),
    }
    for name, (settings, expected) in targets.items():
        recovered = stage.restored(major, base, name, tool, settings).start()
        assert workload.marks(recovered) == expected, name
        workload.check_invariant(recovered)
        if name == "end":
            assert workload.history_rows(recovered) == rows
        recovered.stop()
