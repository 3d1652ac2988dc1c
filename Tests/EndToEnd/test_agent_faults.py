"""The agent in trouble: nothing that PostgreSQL counts as archived is ever missing, and nothing else is lost either.

Segments have 1 MiB, and PostgreSQL keeps all of them in pg_wal: what is in the repository is compared with them.
"""

import contextlib
import copy
import os
import pathlib
import random
import re
import signal
import subprocess
import threading

import pytest

from harness import process, workload
from harness.modes import AGENT, MODULE
from harness.proxy import PASS, REFUSE, STALL, answer, hold
from harness.trunkline import HIGHEST_FOR_ARCHIVER, MISSING
from harness.waiting import wait_for

SEED = int(os.environ.get("TRUNKLINE_TEST_SEED", "20261125"))
KILLS = 8
OUTAGES = 6
SEGMENT = re.compile(r"[0-9A-F]{24}\Z")
KEEP = {"wal_keep_size": "8GB", "checkpoint_timeout": "1h", "max_wal_size": "8GB"}


@pytest.fixture
def mode():
    return AGENT


class Busy:
    """A server under load that ends a segment again and again, as a context."""

    def __init__(self, server, pause=0.05):
        self.server = server
        self.pause = pause
        self.load = workload.Load(server)
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._switch, daemon=True)

    def _switch(self):
        sql = "select pg_logical_emit_message(true, 'test', repeat(md5(random()::text), 3000)); select pg_switch_wal()"
        while not self.over.wait(self.pause):
            self.server.program("psql", "-XAtqc", sql, check=False)

    def __enter__(self):
        self.load.__enter__()
        self.thread.start()
        return self

    def __exit__(self, *words):
        self.over.set()
        self.thread.join(60)
        self.load.__exit__(*words)


def busy_primary(stage, *repositories, alone=True, major=18, **wal):
    """A server that archives, with pgbench's tables in it; without `alone`, clients may do without the agent."""
    server, tool = stage.primary(major, *repositories, segment_mib=1, settings=KEEP)
    if wal:
        with tool.edit() as settings:
            settings["wal"] |= {key.replace("_", "-"): value for key, value in wal.items()}
    if not alone and tool.mode == AGENT:
        server.configure({"archive_command": tool.command("push %p", alone=False)})
        server.reload()
    workload.prepare(server)
    return server, tool


def ended(server):
    """Segments that are complete, in their order."""
    status = server.data / "pg_wal/archive_status"
    names = {path.name.rpartition(".")[0] for path in status.iterdir()}
    return sorted(name for name in names if SEGMENT.match(name))


def acknowledged(server):
    """What PostgreSQL believes to be archived, and may recycle."""
    status = server.data / "pg_wal/archive_status"
    return sorted(path.stem for path in status.glob("*.done") if SEGMENT.match(path.stem))


def stored(place):
    return {key.rsplit("/", 1)[-1] for key in place.keys() if "/wal/" in key}


def expect_same(tool, server, names, cwd=None):
    """Each reads back as it is in pg_wal, by a program that knows nothing of the agent."""
    target = tool.home / "read-back"
    for name in names:
        outcome = tool.run("wal", "fetch", name, target, cwd=cwd or tool.home)
        assert outcome.code == 0, f"{name}\n{outcome}"
        assert target.read_bytes() == (server.data / "pg_wal" / name).read_bytes(), f"{name} came back changed"
        target.unlink()


def expect_everything(tool, server, seconds=120):
    """Every segment between the first and the last is there, without a gap, and unchanged."""
    last = server.end_segment()
    server.archive_everything(seconds)
    names = [name for name in ended(server) if name <= last]
    assert len(names) > 5 and names[-1] == last
    numbers = [int(name[8:16], 16) * 4096 + int(name[16:], 16) for name in names]
    assert numbers == list(range(numbers[0], numbers[-1] + 1)), names
    for place in tool.repositories:
        missing = set(names) - stored(place)
        assert not missing, f"lost: {sorted(missing)}"
    workload.check_invariant(server)
    expect_same(tool, server, names)


def wait_for_segments(server, count):
    known = len(ended(server))
    wait_for(f"{count} more segments", lambda: len(ended(server)) >= known + count, 120)


@pytest.mark.parametrize("store, mode", [("local", AGENT), ("moto", AGENT), ("moto", MODULE)])
def test_killed_again_and_again_under_load(stage, repository, store):
    """With `trunkline-wal`, the direct program takes over for as long as there is no agent."""
    dice = random.Random(SEED)
    print(f"seed {SEED}")
    server, tool = busy_primary(stage, repository(store), alone=False)
    with Busy(server):
        for _ in range(KILLS):
            pushed = len(acknowledged(server))
            wait_for("the agent to be at work", lambda: len(acknowledged(server)) > pushed, 120)
            threading.Event().wait(dice.uniform(0, 0.3))  # Somewhere in the middle of something.
            tool.agent.kill()
            assert set(acknowledged(server)) <= stored(tool.repository), "acknowledged too early"
            wait_for_segments(server, dice.randrange(3))
            tool.agent.start()
    expect_everything(tool, server)
    assert "archiver process" not in server.log(), "the archiver itself did not die"


class Outages:
    """Ways to stop a store and bring it back; what is in it can be looked at all the while."""

    def __init__(self, place):
        self.place = place

    def stop(self, dice):
        if self.place.kind == "local":
            self.place.unmount()
        else:
            self.place.proxy.set(dice.choice([REFUSE, STALL, answer(503), hold(dice.randrange(1, 60000))]))

    def stored(self):
        if self.place.kind == "local":
            away = copy.copy(self.place)
            away.folder = pathlib.Path(f"{self.place.folder}.away")
            return stored(away)
        return stored(self.place)

    def start(self):
        if self.place.kind == "local":
            self.place.mount()
        else:
            self.place.proxy.set(PASS)


@pytest.mark.parametrize("store, mode", [("local", AGENT), ("moto", AGENT), ("moto", MODULE)])
def test_nothing_is_acknowledged_before_it_is_stored(stage, repository, store):
    """The store goes away at random moments. What has a .done then has to be in it, and whole."""
    dice = random.Random(SEED)
    print(f"seed {SEED}")
    place = repository(store, through_proxy=store != "local")
    server, tool = busy_primary(stage, place, push_deadline=2)
    if store != "local":
        with tool.edit() as settings:
            for section in settings["repository"].values():
                section |= {"stall-timeout": 1, "connect-timeout": 1}
    outages, promised = Outages(place), set()
    with Busy(server):
        for _ in range(OUTAGES):
            pushed = len(acknowledged(server))
            wait_for("something to be archived", lambda: len(acknowledged(server)) > pushed, 120)
            threading.Event().wait(dice.uniform(0, 0.2))  # Somewhere in the middle of something.
            outages.stop(dice)
            done, last = set(acknowledged(server)), server.archiver()[1]
            assert done | ({last} if SEGMENT.match(last) else set()) <= outages.stored(), "acknowledged too early"
            wait_for_segments(server, 2)
            later = set(acknowledged(server))
            assert later <= outages.stored(), "acknowledged without a store"
            promised |= done | later
            outages.start()
    expect_everything(tool, server)
    assert promised and tool.agent.is_running


@pytest.mark.parametrize("trouble", [None, hold(30000)], ids=["none", "hold"])
def test_sigterm_under_load_ends_in_time(stage, repository, trouble):
    place = repository("moto", through_proxy=True)
    server, tool = busy_primary(stage, place)
    with tool.edit() as settings:
        settings["agent"]["stop-deadline"] = 3
    with Busy(server):
        wait_for("something to be archived", lambda: len(acknowledged(server)) > 2, 120)
        if trouble:
            met = place.proxy.troubled
            place.proxy.set(trouble)
            wait_for("the agent to meet the trouble", lambda: place.proxy.troubled > met)
        else:
            wait_for_segments(server, 1)
        # The deadline, and what giving up may take; the rest is for a busy machine.
        tool.agent.send(signal.SIGTERM)
        assert tool.agent.wait_end(3 + 5 + 20) == 0, tool.agent.log_tail()
        assert not tool.agent.path.exists()
        place.proxy.set(PASS)
        visible = stored(place)
        assert set(acknowledged(server)) <= visible
        expect_same(tool, server, sorted(name for name in visible if SEGMENT.match(name)))
        tool.agent.start()
    expect_everything(tool, server)


def test_reloads_under_load_fail_nothing(stage, repository):
    """No client may do it alone here: what was asked before a reload is answered after it."""
    server, tool = busy_primary(stage, repository("moto"))
    with Busy(server):
        for _ in range(8):
            wait_for_segments(server, 1)
            tool.agent.reload()
    expect_everything(tool, server)
    assert server.archiver()[2] == 0, server.log_tail()


def test_postgresql_dies_and_comes_back(stage, repository):
    server, tool = busy_primary(stage, repository("local"))
    pid = tool.agent.process.pid
    for end in (lambda: server.stop(signal.SIGQUIT), server.kill, server.kill):
        with Busy(server):
            wait_for_segments(server, 3)
            end()
        server.start()
    expect_everything(tool, server)
    assert tool.agent.is_running and tool.agent.process.pid == pid
    assert "error" not in tool.agent.log(), tool.agent.log_tail()


def backlog(tool, repository):
    """-1 when the agent has not said so yet."""
    page, series = tool.agent.metrics(), ("trunkline_backlog_segments", "main", repository)
    return page[series] if series in page else -1


def best_effort(tool):
    with tool.edit() as settings:
        name = list(settings["repository"])[1]
        settings["repository"][name]["required"] = False
        settings["agent"]["metrics"] = "127.0.0.1:0"
    tool.agent.restart()  # Metrics have an address from now on.
    return name


def test_a_best_effort_repository_catches_up(stage, repository):
    """Its outage is nothing to PostgreSQL, and its backlog outlives agents that end well and badly."""
    one, two = repository("local"), repository("moto", through_proxy=True)
    server, tool = busy_primary(stage, one, two)
    name = best_effort(tool)
    server.archive_everything()
    wait_for("both to have the same", lambda: stored(one) == stored(two))
    two.proxy.set(REFUSE)
    grown = 0
    for end in (tool.agent.kill, tool.agent.stop, tool.agent.kill):
        for _ in range(3):
            workload.mark(server, grown := grown + 1)
            server.archive_everything()
        assert server.archiver()[2] == 0, server.log_tail()
        wait_for("the backlog to grow", lambda: backlog(tool, name) >= grown)
        end()
        tool.agent.start()
        wait_for("the backlog to be there again", lambda: backlog(tool, name) >= grown)
    assert not set(acknowledged(server)) <= stored(two)
    two.proxy.set(PASS)
    wait_for("it to have caught up", lambda: stored(one) == stored(two), 90)
    wait_for("the backlog to be empty", lambda: backlog(tool, name) == 0)
    expect_everything(tool, server)
    objects = {key: one.read(key) for key in one.keys() if "/wal/" in key}
    assert all(two.read(key) == content for key, content in objects.items()), "sealed once"


def test_a_recovery_goes_on_when_the_agent_is_killed(stage, repository):
    server, tool = busy_primary(stage, repository("moto"))
    base = server.base_backup(stage.workplace / "base")
    for number in range(1, 31):
        workload.mark(server, number)
        server.switch_wal()
    server.archive_everything()
    server.stop()
    recovered = stage.restored(18, base, "recovered", tool,
                               {"restore_command": tool.command("fetch %f %p", alone=False)}).start(wait=False)
    for count in (3, 10, 17):
        recovered.wait_log("restored log file", count=count)
        tool.agent.kill()
        recovered.wait_log("restored log file", count=count + 2)
        tool.agent.start()
    recovered.wait_ready()
    assert workload.marks(recovered) == list(range(1, 31))
    wait_for("nothing to be left behind", lambda: not list(recovered.data.glob("pgsql_tmp_trunkline*")))


def test_clients_killed_at_random_moments(desk, repository):
    """What one asked for goes on, or not; the file that another one asked for is complete or not there."""
    dice = random.Random(SEED)
    print(f"seed {SEED}")
    desk = desk(repository("moto"))
    names, target = desk.segments[:6], desk.folder / "by-hand"
    for name in names:
        desk.place(name)
        killed(desk, dice, "push", f"pg_wal/{name}")
        outcome, content = desk.fetch_by_hand(name)
        assert (outcome.code, content) in ((0, desk.specimen.content(name)), (MISSING, None)), str(outcome)
    for name in names:
        outcome = desk.push(name)
        assert outcome.code == 0, str(outcome)
        desk.archived_by_server(name)
    for name in names * 2:
        target.unlink(missing_ok=True)
        killed(desk, dice, "fetch", name, "by-hand")
        assert not target.exists() or target.read_bytes() == desk.specimen.content(name)
        desk.expect_fetched(desk.segments[0])
        assert target.read_bytes() == desk.specimen.content(desk.segments[0]), "nothing of the other one comes later"
    wait_for("nothing to be left behind", lambda: not [path for path in desk.folder.iterdir() if path.name[0] == "."])
    assert "error" not in desk.tool.agent.log(), desk.tool.agent.log_tail()


def killed(desk, dice, *words):
    """A client that dies within the time that its work takes."""
    client = process.Running(desk.tool.wal_words(*words), desk.account, desk.folder, cwd=desk.folder,
                             env=desk.tool.wal_environment())
    with contextlib.suppress(subprocess.TimeoutExpired):
        client.process.wait(dice.uniform(0, 0.1))
    client.kill()


def test_an_agent_killed_at_calls_that_change_something(desk, repository, killpoints):
    """Whole or absent, whatever call it was; and the next agent completes the archive."""
    dice = random.Random(SEED)
    print(f"seed {SEED}")
    desk = desk(repository("local"))
    names, agent, died = desk.segments[:3], desk.tool.agent, 0
    for point in sorted(dice.sample(range(1, 60), 12)):
        agent.stop()
        for key in desk.tool.wal_keys():
            desk.tool.repository.delete(key)
        for path in sorted(desk.tool.state.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        agent.start(wait=False, env=killpoints.environment(point))
        outcomes = []
        for name in names:
            desk.place(name)
            outcomes.append(desk.push(name))
            assert outcomes[-1].code <= HIGHEST_FOR_ARCHIVER, str(outcomes[-1])
        died += not agent.is_running
        for name, outcome in zip(names, outcomes):
            code, content = desk.tool.run("wal", "fetch", name, "by-hand", cwd=desk.folder), None
            assert code.code in (0, MISSING), str(code)
            assert code.code == 0 or outcome.code != 0, "acknowledged too early"
            if code.code == 0:
                content = (desk.folder / "by-hand").read_bytes()
                assert content == desk.specimen.content(name)
        agent.kill()
        agent.start()
        for name in names:
            outcome = desk.push(name)
            assert outcome.code == 0, str(outcome)
            desk.expect_fetched(name)
    assert died > 3, "the points were reached"
