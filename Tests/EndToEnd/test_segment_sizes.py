"""Segments of other sizes than 16 MiB."""

from harness import process, workload
from harness.measure import memory_bound_mib, peak_mib
from harness.parameters import in_modes


@in_modes("segment_mib, store", [(1, "local"), (1, "moto"), (64, "local"), (64, "openstack-swift")],
          agent=[(64, "moto")], module=[(1, "moto")])
def test_small_and_large_segments(stage, repository, segment_mib, store):
    server, tool = stage.primary(15, repository(store), segment_mib=segment_mib)
    workload.prepare(server)
    base = server.base_backup(stage.workplace / "base")
    for number in range(1, 4):
        workload.mark(server, number)
        server.program("pgbench", "--client", 2, "--transactions", 100, "--no-vacuum", "--random-seed", number)
        server.switch_wal()
    server.archive_everything()
    assert server.archiver()[2] == 0, server.log_tail()
    rows = workload.history_rows(server)
    server.stop()
    recovered = stage.restored(15, base, "recovered", tool).start()
    assert workload.marks(recovered) == [1, 2, 3]
    assert workload.history_rows(recovered) == rows
    workload.check_invariant(recovered)


def test_a_segment_of_one_gibibyte_stays_within_the_printed_memory(stage, repository):
    """Of the direct program, which prints a bound for one file; that of the agent is in test_agent.py."""
    server, tool = stage.primary(15, repository("local"), segment_mib=1024, settings={"archive_mode": "off"})
    server.sql("create table filler as select md5(g::text) from generate_series(1, 1000000) g")
    name = server.switch_wal()
    server.kill()  # A shutdown would checkpoint, and recycle the segment.
    segment = server.data / "pg_wal" / name
    target = server.data / "fetched"
    for verb, operands in (("push", [f"pg_wal/{name}"]), ("fetch", [name, target])):
        explained = tool.run("wal", verb, "--explain-memory", cwd=server.data, check=True).out
        timed = process.run(["/usr/bin/time", "-v", tool.program, "wal", verb, *operands, "--config", tool.config],
                            tool.account, tool.home, cwd=server.data, check=True)
        print(f"{verb}: {peak_mib(timed):.0f} of {memory_bound_mib(explained):.0f} MiB")
        assert peak_mib(timed) <= memory_bound_mib(explained), explained
    process.run(["cmp", segment, target], tool.account, tool.home, check=True)
