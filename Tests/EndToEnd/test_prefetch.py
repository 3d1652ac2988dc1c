"""Prefetch: quicker, and nobody notices otherwise."""

import os

from harness import workload
from harness.modes import AGENT, DIRECT
from harness.parameters import modes
from harness.proxy import REFUSE
from harness.trunkline import MISSING, TROUBLE_IN_RECOVERY
from harness.waiting import TooLate, wait_for


def prefetch(tool, count):
    with tool.edit() as settings:
        settings["wal"] |= {"prefetch": count, "fetch-deadline": 3}


def unknown_entries(folder, known):
    return sorted(set(os.listdir(folder)) - set(known))


def files_below(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def prefetched(desk):
    """The segments that wait, complete, in the private directory beside pg_wal."""
    return sorted(path for path in desk.folder.glob("pgsql_tmp_trunkline_*/*") if len(path.name) == 24)


def expect_ahead(desk, names):
    seen = []

    def all_there():
        seen[:] = [path.name for path in prefetched(desk)]
        # An agent learns how many are needed, and may have fetched more.
        return (seen[:len(names)] if desk.tool.agent else seen) == names
    try:
        wait_for(f"{names} to be prefetched", all_there, 20)
    except TooLate as late:
        raise TooLate(f"{late}; there are {seen}") from None


@modes(DIRECT, AGENT)
def test_the_next_segments_are_there_before_they_are_asked_for(desk, repository):
    place = repository("moto", through_proxy=True)
    desk = desk(place)
    names = desk.segments[:6]
    desk.place_and_push(*names)
    for name in names:
        (desk.folder / "pg_wal" / name).unlink()
    prefetch(desk.tool, 3)
    desk.signal_file("recovery.signal")
    outcome, _ = desk.fetch_as_server(names[0])
    assert outcome.code == 0, str(outcome)
    expect_ahead(desk, names[1:4])
    in_wal = os.listdir(desk.folder / "pg_wal")
    assert sorted(in_wal) == ["RECOVERYXLOG", "archive_status"], "PostgreSQL sees none of it"

    place.proxy.set(REFUSE)
    for name in names[1:4]:
        outcome, content = desk.fetch_as_server(name)
        assert (outcome.code, content) == (0, desk.specimen.content(name)), str(outcome)
    outcome, content = desk.fetch_as_server(names[0])
    assert (outcome.code, content) == (TROUBLE_IN_RECOVERY, None), str(outcome)


@modes(DIRECT, AGENT)
def test_no_prefetch_for_pg_rewind_and_by_hand(desk, repository):
    desk = desk(repository("local"))
    desk.place_and_push(*desk.segments[:4])
    before = files_below(desk.folder)
    outcome, _ = desk.fetch_by_hand(desk.segments[0])
    assert outcome.code == 0
    target = desk.folder / "pg_wal" / desk.segments[5]
    outcome = desk.tool.fetch(desk.segments[0], target, cwd="/")
    assert outcome.code == 0, str(outcome)
    assert not background_processes(desk)
    assert files_below(desk.folder) - before == {"by-hand", f"pg_wal/{desk.segments[5]}"}


def background_processes(desk):
    """Processes of the program that work for this desk, besides an agent."""
    found = []
    for name in os.listdir("/proc"):
        try:
            if name.isdigit() and os.readlink(f"/proc/{name}/exe") == str(desk.tool.program):
                with open(f"/proc/{name}/cmdline", "rb") as words:
                    if str(desk.tool.home).encode() in words.read():
                        found.append(int(name))
        except OSError:
            continue
    return [pid for pid in found if not desk.tool.agent or pid != desk.tool.agent.process.pid]


@modes(DIRECT, AGENT)
def test_the_prefetcher_ends_with_the_recovery(desk, repository):
    desk = desk(repository("local"))
    names = desk.segments[:5]
    desk.place_and_push(*names)
    prefetch(desk.tool, 3)
    desk.signal_file("recovery.signal")
    assert desk.fetch_as_server(names[0])[0].code == 0
    expect_ahead(desk, names[1:4])
    desk.signal_file(None)
    wait_for("the prefetcher to end", lambda: not background_processes(desk), 20)
    if desk.tool.agent:  # There is no process to wait for.
        wait_for("nothing to be left", lambda: not list(desk.folder.glob("pgsql_tmp*")), 20)
    assert list(desk.folder.glob("pgsql_tmp*")) == []


@modes(DIRECT, AGENT)
def test_a_prefetched_copy_never_hides_a_later_answer(desk, repository):
    """What was missing when the prefetch looked may be there now: no negative answer is kept."""
    desk = desk(repository("local"))
    names = desk.segments[:3]
    desk.place_and_push(names[0])
    prefetch(desk.tool, 3)
    desk.signal_file("standby.signal")
    assert desk.fetch_as_server(names[0])[0].code == 0
    assert desk.fetch_as_server(names[1])[0].code == MISSING
    desk.place_and_push(names[1])
    if desk.tool.agent:  # It answers a standby's next question out of the same look at the archive, for a moment.
        wait_for("the segment", lambda: desk.fetch_as_server(names[1])[0].code == 0, 10)
    outcome, content = desk.fetch_as_server(names[1])
    assert (outcome.code, content) == (0, desk.specimen.content(names[1])), str(outcome)


@modes(DIRECT, AGENT)
def test_a_damaged_prefetched_copy_is_not_used(desk, repository):
    """A power cut can leave a file with its name and without its bytes."""
    desk = desk(repository("local"))
    names = desk.segments[:4]
    desk.place_and_push(*names)
    for name in names:
        (desk.folder / "pg_wal" / name).unlink()
    prefetch(desk.tool, 3)
    desk.signal_file("recovery.signal")
    assert desk.fetch_as_server(names[0])[0].code == 0
    expect_ahead(desk, names[1:])
    for path in prefetched(desk):
        content = path.read_bytes()
        desk.account.write(path, content[:len(content) // 2] if path.name == names[1] else bytes(len(content)))
    for name in names[1:]:
        outcome, content = desk.fetch_as_server(name)
        assert (outcome.code, content) == (0, desk.specimen.content(name)), str(outcome)


@modes(DIRECT, AGENT)
def test_a_recovered_server_has_nothing_of_ours_in_its_directory(stage, repository):
    server, tool = stage.primary(17, repository("local"))
    workload.prepare(server)
    base = server.base_backup(stage.workplace / "base")
    for number in range(1, 10):
        workload.mark(server, number)
        server.switch_wal()
    server.archive_everything()
    server.stop()
    prefetch(tool, 4)
    recovered = stage.restored(17, base, "recovered", tool, {"recovery_target_action": "promote"}).start()
    assert workload.marks(recovered) == list(range(1, 10))
    known = [*os.listdir(server.data), "postmaster.pid", "postmaster.opts"]
    known += ["backup_label.old", "tablespace_map.old", "backup_manifest"]

    def clean():
        strangers = unknown_entries(recovered.data, known)
        in_wal = [name for name in os.listdir(recovered.data / "pg_wal") if name.startswith((".", "RECOVERY", "trunk"))]
        return not strangers and not in_wal
    wait_for("the prefetch directory to be gone", clean, 60)
    recovered.stop()
