"""The agent as those see it who ask it, operate it and watch it. WAL in trouble: test_agent_faults.py."""

import contextlib
import os
import pathlib
import random
import re
import signal
import socket
import sys
import time

import pytest

from harness import process, workload
from harness.agent import receive_frame
from harness.fake_agent import DECLINED, FETCH, FINISHED, HEADER, PING, PUSH, VERSION, WORKING, frame, text
from harness.modes import AGENT
from harness.process import Account
from harness.proxy import PASS, STALL, answer
from harness.trunkline import MISSING, ROOT
from harness.waiting import wait_for

SEED = int(os.environ.get("TRUNKLINE_TEST_SEED", "20261125"))
# A client takes an agent for dead after so long.
SILENCE_SECONDS = 5
CONNECTIONS_MAX = 64
PING_FRAME = frame(PING, text("") * 5)
DONE = (FINISHED, b"\0\0\0")


@pytest.fixture
def mode():
    return AGENT


def ask(connection, octets):
    """The last frame of the answer."""
    connection.sendall(octets)
    while True:
        reply = receive_frame(connection)
        if reply is None or reply[0] != WORKING:
            return reply


def request(kind, *texts):
    return frame(kind, b"".join(text(value) for value in texts))


def push_frame(desk, name, configuration="", cluster=""):
    return request(PUSH, configuration, cluster, str(desk.folder), f"pg_wal/{name}", "")


# -- the socket

def test_the_socket_is_private_and_goes_with_the_agent(desk, repository):
    agent = desk(repository("local")).tool.agent
    assert agent.path.stat().st_mode & 0o7777 == 0o600
    agent.kill()
    assert agent.path.exists(), "what a killed agent leaves behind"
    agent.start()
    assert agent.stop() == 0
    assert not agent.path.exists()


def test_a_second_agent_leaves_the_first_alone(desk, repository):
    tool = desk(repository("local")).tool
    outcome = tool.run("agent", seconds=60)
    assert outcome.code not in (0, 255) and "Another agent listens there" in outcome.err, str(outcome)
    assert tool.agent.answers_ping()


def test_without_an_agent_the_client_does_it(desk, repository):
    desk = desk(repository("local"))
    name = desk.segments[0]
    desk.tool.agent.stop()
    desk.place(name)
    outcome = desk.tool.ask("push", f"pg_wal/{name}", cwd=desk.folder)
    assert (outcome.code, outcome.err) == (0, ""), str(outcome)
    outcome = desk.tool.ask("fetch", name, "by-hand", cwd=desk.folder)
    assert outcome.code == 0 and (desk.folder / "by-hand").read_bytes() == desk.specimen.content(name)
    assert desk.tool.ask("fetch", desk.segments[1], "by-hand", cwd=desk.folder).code == MISSING


def test_a_silent_agent_is_done_without(desk, repository):
    desk = desk(repository("local"))
    first, second = desk.segments[:2]
    desk.place_and_push(first)
    with desk.tool.agent.frozen():
        desk.place(second)
        began = time.monotonic()
        outcome = desk.tool.ask("push", f"pg_wal/{second}", cwd=desk.folder)
        assert outcome.code == 0, str(outcome)
        assert time.monotonic() - began > SILENCE_SECONDS - 1, "it was given its time"
        assert desk.tool.key_of(second)
        outcome = desk.tool.ask("fetch", first, "by-hand", cwd=desk.folder)
        assert outcome.code == 0 and (desk.folder / "by-hand").read_bytes() == desk.specimen.content(first)
    desk.place_and_push(second)
    desk.expect_fetched(second)


def test_another_user_is_refused_and_falls_back(desk, repository):
    if os.geteuid() != 0:
        pytest.skip("only root can run a client as somebody else")
    desk = desk(repository("local"))
    tool = desk.tool
    tool.home.chmod(0o711)
    tool.agent.path.chmod(0o666)
    stranger = Account("nobody", 65534, 65534)
    assert stranger.uid != tool.account.uid
    script = ("import socket, sys; s = socket.socket(socket.AF_UNIX); s.settimeout(30); s.connect(sys.argv[1]);"
              "s.sendall(bytes.fromhex(sys.argv[2])); sys.exit(len(s.recv(1)))")
    outcome = process.run(["/usr/bin/python3", "-c", script, tool.agent.path, PING_FRAME.hex()], stranger, "/")
    assert outcome.code == 0 or re.search("ConnectionReset|BrokenPipe", outcome.err), str(outcome)
    tool.agent.wait_log("another user")
    instead = tool.account.write(desk.folder.parent / "instead", "#!/bin/sh\necho did \"$@\" >&2\nexit 42\n", 0o755)
    outcome = tool.ask("push", "pg_wal/x", cwd="/", account=stranger, env={"TRUNKLINE_PROGRAM": str(instead)})
    assert outcome.code == 42 and outcome.err.startswith("did wal push pg_wal/x"), str(outcome)
    assert tool.agent.answers_ping()


def test_too_many_clients_do_without(desk, repository):
    desk = desk(repository("local"))
    name = desk.segments[0]
    desk.place(name)
    with contextlib.ExitStack() as stack:
        crowd = [stack.enter_context(desk.tool.agent.connect()) for _ in range(CONNECTIONS_MAX)]
        assert all(ask(one, PING_FRAME) == DONE for one in crowd)
        assert desk.tool.ask("push", f"pg_wal/{name}", cwd=desk.folder).code == 0
        desk.tool.agent.wait_log("too many clients")
        assert all(ask(one, PING_FRAME) == DONE for one in crowd)
    desk.tool.agent.wait_ready()
    desk.expect_fetched(name)


# -- frames

def test_one_connection_carries_many_requests(desk, repository):
    desk = desk(repository("local"))
    target = desk.folder / "fetched"
    with desk.tool.agent.connect() as connection:
        for name in desk.segments[:4]:
            desk.place(name)
            assert ask(connection, PING_FRAME) == DONE
            assert ask(connection, push_frame(desk, name)) == DONE
            assert ask(connection, push_frame(desk, name, str(desk.tool.config), "main")) == DONE, "and once more"
            assert ask(connection, request(FETCH, "", "", str(desk.folder), name, "fetched")) == DONE
            assert target.read_bytes() == desk.specimen.content(name)
        kind, body = ask(connection, request(FETCH, "", "", str(desk.folder), desk.segments[5], "fetched"))
        assert (kind, body[0]) == (FINISHED, MISSING)


def test_another_version_is_declined_in_ours(desk, repository):
    agent = desk(repository("local")).tool.agent
    with agent.connect() as connection:
        for version, body in ((2, b""), (9, b"\xff" * 16384), (0, b"what is this")):
            connection.sendall(frame(PING, body, version=version))
            head = connection.recv(HEADER.size, socket.MSG_WAITALL)
            magic, spoken, kind, reserved, length = HEADER.unpack(head)
            assert (magic, spoken, kind, reserved) == (b"TLWA", VERSION, DECLINED, 0)
            reason = connection.recv(length, socket.MSG_WAITALL)
            assert b"version" in reason, reason
        assert ask(connection, PING_FRAME) == DONE, "the connection can still be used"


def test_what_is_not_served_is_declined(desk, repository):
    desk = desk(repository("local"))
    name = desk.segments[0]
    desk.place(name)
    elsewhere = desk.account.make_directory(desk.folder.parent / "elsewhere")
    with desk.tool.agent.connect() as connection:
        for octets, reason in (
                (push_frame(desk, name, configuration="/etc/other.toml"), b"the agent works by"),
                (push_frame(desk, name, cluster="other"), b'as cluster "main"'),
                (request(FETCH, "", "other", str(desk.folder), name, "x"), b"does not serve"),
                (request(PUSH, "", "", str(elsewhere), name, ""), b"not the WAL directory"),
        ):
            kind, body = ask(connection, octets)
            assert kind == DECLINED and reason in body, body
        assert ask(connection, push_frame(desk, name)) == DONE


def nonsense():
    dice = random.Random(SEED)
    whole = PING_FRAME
    return [
        b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", b"\0" * 64, b"TLWB" + whole[4:], whole[::-1],
        HEADER.pack(b"TLWA", VERSION, PUSH, 0, 16385), HEADER.pack(b"TLWA", VERSION, PUSH, 0, 0xFFFFFFFF),
        HEADER.pack(b"TLWA", 2, PUSH, 0, 16385), *(dice.randbytes(dice.randrange(12, 3000)) for _ in range(20)),
    ]


def strange_bodies():
    """Frames, but no requests: declined, or the end of the connection."""
    return [
        frame(0), frame(4), frame(0x81, b"\0\0\0"), frame(PING), frame(PUSH, b"\xff" * 10),
        frame(PUSH, text("") * 4), frame(PUSH, text("") * 6), request(PUSH, "", "", "relative", "x", ""),
        request(PUSH, "", "", "/d", "a\0b", ""), frame(PUSH, text("") * 3 + b"\2\0\xff\xfe" + text("")),
        request(FETCH, "", "", "/d", "x", ""), request(PUSH, "x", "", "/d", "x", ""),
        HEADER.pack(b"TLWA", VERSION, PING, 7, 10) + text("") * 5,
    ]


def test_nonsense_closes_its_connection_and_nothing_else(desk, repository):
    print(f"seed {SEED}")
    desk = desk(repository("local"))
    agent = desk.tool.agent
    with agent.connect() as good:
        assert ask(good, PING_FRAME) == DONE
        before = agent.open_files
        for octets in nonsense():
            with agent.connect() as connection, contextlib.suppress(ConnectionError):
                connection.sendall(octets)
                assert connection.recv(1) == b"", octets[:40]
        for octets in strange_bodies():
            with agent.connect() as connection, contextlib.suppress(ConnectionError):
                reply = ask(connection, octets)
                assert reply is None or reply[0] == DECLINED, (octets, reply)
        for octets in (b"", b"TL", PING_FRAME[:11], push_frame(desk, "x")[:-1]):
            with agent.connect() as connection:
                connection.sendall(octets)
        assert ask(good, PING_FRAME) == DONE
        wait_for("the connections to be gone", lambda: agent.open_files <= before)
    desk.place_and_push(desk.segments[0])
    assert agent.is_running and "error" not in agent.log(), agent.log_tail()


# -- clusters

def test_one_agent_serves_all_clusters_of_its_configuration(desk, repository, specimens):
    """It finds the cluster by the directory, and takes no other's segments for it."""
    place = repository("local")
    desk = desk(place)
    other = specimens(1, "other")
    folder = other.desk(desk.account, desk.folder.parent / "other")
    tool = desk.tool
    with tool.edit() as settings:
        settings["cluster"]["second"] = {"pgdata": str(folder), "state": str(tool.home / "second")}
    tool.run("init", "--cluster", "second", check=True)
    names = [name for name in other.segments if name in desk.segments][:2]
    assert names
    for name in names:
        desk.place_and_push(name)
        other.place(desk.account, folder, name)
        assert tool.push(f"pg_wal/{name}", cwd=folder).code == 0
        for cwd, specimen in ((desk.folder, desk.specimen), (folder, other)):
            assert tool.fetch(name, "by-hand", cwd=cwd).code == 0
            assert (cwd / "by-hand").read_bytes() == specimen.content(name)
    keys = [key for key in place.keys() if key.endswith(names[0])]
    assert len(keys) == 2 and any("/second/" in key for key in keys), keys


# -- signals

def test_a_changed_configuration_counts_after_sighup(desk, repository):
    one, two = repository("local", name="one"), repository("local", name="two")
    desk = desk(one, two)
    agent, (first, second, third) = desk.tool.agent, desk.segments[:3]
    pid = agent.process.pid
    with desk.tool.edit() as settings:
        gone = settings["repository"].popitem()
    desk.place_and_push(first)
    assert desk.tool.key_of(first) in one.keys() and not [key for key in two.keys() if key.endswith(first)]
    with desk.tool.edit() as settings:
        settings["repository"][gone[0]] = gone[1]
    desk.place_and_push(second)
    assert desk.tool.key_of(second) in one.keys() and desk.tool.key_of(second) in two.keys()

    good = desk.tool.config.read_text()
    for broken in (b"", b"[agent\n", b"[wal]\nnonsense = 1\n", good.replace("file://", "ftp://").encode()):
        desk.account.write(desk.tool.config, broken)
        before = agent.log().count("trunkline: error:")
        agent.reload(expect="the agent goes on with the configuration it has")
        assert agent.log().count("trunkline: error:") > before, "it says what is wrong"
        assert agent.answers_ping()
    desk.place(third)
    with agent.connect() as connection:
        assert ask(connection, push_frame(desk, third)) == DONE
    assert desk.tool.key_of(third) in two.keys()
    desk.account.write(desk.tool.config, good)
    agent.reload()
    desk.expect_fetched(third)
    assert agent.process.pid == pid and agent.is_running


def test_who_waits_over_a_reload_is_answered_by_the_next_configuration(desk, repository):
    place = repository("moto", through_proxy=True)
    desk = desk(place)
    agent, name = desk.tool.agent, desk.segments[0]
    with desk.tool.edit() as settings:
        settings["agent"] |= {"stop-deadline": 1, "metrics": "127.0.0.1:0"}
    agent.restart()
    met = place.proxy.troubled
    place.proxy.set(STALL)
    desk.place(name)
    with agent.connect() as connection:
        connection.sendall(push_frame(desk, name))
        wait_for("the store to be asked", lambda: place.proxy.troubled > met)
        with desk.tool.edit() as settings:
            (stored,) = settings["repository"].values()
            stored["endpoint"] = place.service.endpoint
        while (reply := receive_frame(connection)) and reply[0] == WORKING:
            pass
        assert reply == DONE
    assert agent.metrics()["trunkline_agent_declined_total", "ending"] == 0
    desk.expect_fetched(name)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGQUIT], ids=str)
def test_it_ends_with_zero_on_signals(desk, repository, number):
    desk = desk(repository("local"))
    desk.place_and_push(desk.segments[0])
    with desk.tool.agent.connect() as idle:
        assert ask(idle, PING_FRAME) == DONE
        desk.tool.agent.send(number)
        assert desk.tool.agent.wait_end() == 0
        assert receive_frame(idle) is None, "clients that are idle see the end"


# -- systemd

class Manager:
    """systemd's end of sd_notify(3)."""

    def __init__(self, account, path):
        self.path = path
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        account.own(path)
        self.socket.setblocking(False)
        self.heard = []

    def wait(self, *words):
        """Until each of the words has been said, in this order, after what was waited for before."""
        missing = list(words)

        def said():
            with contextlib.suppress(BlockingIOError):
                while missing:
                    message = self.socket.recv(4096).decode()
                    self.heard.append(message)
                    if missing[0] in message.split("\n"):
                        missing.pop(0)
            return not missing
        wait_for(f"{words} to be said to systemd", said, 60)


def test_systemd_is_told(desk, repository):
    tool = desk(repository("local")).tool
    manager = Manager(tool.account, tool.home / "n.sock")
    tool.agent.stop()
    env = {"NOTIFY_SOCKET": str(manager.path), "WATCHDOG_USEC": "1000000"}
    tool.agent.start(env=env)
    manager.wait("READY=1", "WATCHDOG=1", "WATCHDOG=1")
    tool.agent.reload()
    manager.wait("RELOADING=1", "READY=1", "WATCHDOG=1")
    tool.agent.send(signal.SIGTERM)
    manager.wait("STOPPING=1")
    assert tool.agent.wait_end() == 0
    assert "WATCHDOG=1" not in manager.heard[-1]


def test_systemd_hears_nothing_of_a_stopped_agent(desk, repository):
    """Nobody but the agent itself feeds the watchdog."""
    tool = desk(repository("local")).tool
    manager = Manager(tool.account, tool.home / "n.sock")
    tool.agent.stop()
    tool.agent.start(env={"NOTIFY_SOCKET": str(manager.path), "WATCHDOG_USEC": "1000000", "WATCHDOG_PID": "1"})
    manager.wait("READY=1")
    tool.agent.stop()
    manager.wait("STOPPING=1")
    assert "WATCHDOG=1" not in manager.heard, "another process is watched"


LAUNCHER = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execv(sys.argv[2], sys.argv[2:])
"""


def test_socket_activation_keeps_questions_while_the_agent_restarts(desk, repository):
    desk = desk(repository("local"))
    agent, name = desk.tool.agent, desk.segments[0]
    agent.stop()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(agent.path))
        agent.path.chmod(0o600)
        desk.account.own(agent.path)
        listener.listen()
        activated = {"launcher": ["/usr/bin/python3", "-c", LAUNCHER, str(listener.fileno())],
                     "pass_fds": (listener.fileno(),)}
        for end in (agent.stop, agent.kill, agent.stop):
            with agent.connect() as early:
                early.sendall(PING_FRAME)
                agent.start(**activated)
                assert receive_frame(early) == DONE
            desk.place(name)
            outcome = desk.push(name)
            assert outcome.code == 0, str(outcome)
            end()
            assert agent.path.exists(), "the file is systemd's"


# -- standby

def is_kept_waiting(server):
    """Whether a fetch for this server has been under way for longer than it takes."""
    ticks = os.sysconf("SC_CLK_TCK")
    now = float(pathlib.Path("/proc/uptime").read_text().split()[0])
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if os.readlink(entry / "cwd") != str(server.data) or b"fetch" not in (entry / "cmdline").read_bytes():
                    continue
                began = int((entry / "stat").read_text().rpartition(")")[2].split()[19]) / ticks
                if now - began > 1:
                    return True
    return False


def test_a_standby_gets_a_segment_soon_after_it_appears(stage, repository):
    """By itself a server that follows an archive alone would look again after wal_retrieve_retry_interval."""
    primary, tool = stage.primary(18, repository("local"), segment_mib=1)
    workload.prepare(primary)
    base = primary.base_backup(stage.workplace / "base")
    standby = stage.restored(18, base, "standby", tool, {"wal_retrieve_retry_interval": "5s"}, "standby.signal")
    standby.start(wait=False)
    standby.wait_ready(for_readers=True)
    for number in range(1, 4):
        wait_for("the standby to be kept waiting", lambda: is_kept_waiting(standby))
        workload.mark(primary, number)
        name = primary.switch_wal()
        wait_for(f"{name} in the repository", lambda: tool.key_of(name))
        standby.wait_log(f'restored log file "{name}"', 2)
    wait_for("the last mark", lambda: workload.marks(standby) == [1, 2, 3])
    primary.stop()
    standby.promote()


# -- memory

def test_memory_stays_below_what_is_printed(stage, repository):
    """Many large segments at once, and none of them compressible."""
    server, tool = stage.primary(15, repository("moto"), segment_mib=64, settings={"wal_keep_size": "1GB"})
    bound = tool.run("agent", "--explain-memory", check=True).out
    server.sql("create table t (a text)")
    tool.agent.stop()
    names = []
    for _ in range(4):
        server.sql("insert into t select md5(random()::text || g) || md5(random()::text)"
                   " from generate_series(1, 150000) g")
        names.append(server.switch_wal())
    tool.agent.start()
    server.archive_everything()
    status = pathlib.Path(f"/proc/{tool.agent.process.pid}/status").read_text()
    peak = int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024
    limit = re.search(r"([\d.]+) (KiB|MiB|GiB)", bound.strip().splitlines()[-1])
    limit = float(limit[1]) * {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}[limit[2]]
    assert peak <= limit, bound
    assert all(tool.key_of(name) for name in names)


# -- metrics

def documented():
    """The names in docs/METRICS.md; an agent produces all of them."""
    found = re.findall(r"^\| `(trunkline_\w+)` \|", (ROOT / "docs/METRICS.md").read_text(), re.M)
    assert len(found) > 30
    return set(found)


def test_every_metric_appears_and_health_follows(stage, repository):
    first, second = repository("local"), repository("moto", through_proxy=True)
    server, tool = stage.primary(18, first, second, segment_mib=1)
    with tool.edit() as settings:
        one, two = settings["repository"]
        settings["repository"][two]["required"] = False
        settings["wal"] |= {"push-deadline": 3, "fetch-deadline": 2}
        settings["agent"]["metrics"] = "127.0.0.1:0"
    server.archive_everything()
    tool.backup()
    agent = tool.agent
    agent.restart()  # Metrics have an address from now on, and the repositories are looked through at the start.
    assert agent.get("/healthz") == (200, "ok\n")
    assert agent.get("/nonsense")[0] == 404

    second.proxy.set(answer(503))
    name = server.end_segment()
    server.archive_everything()
    backlog = ("trunkline_backlog_segments", "main", two)
    wait_for("a backlog", lambda: backlog in (page := agent.metrics()) and page[backlog] >= 1)
    wait_for("the store's requests for less", lambda: agent.metrics()["trunkline_store_throttled_total", two] >= 1)
    second.proxy.set(PASS)
    wait_for("the backlog to be gone", lambda: agent.metrics()[backlog] == 0)
    assert tool.key_of(name) in second.keys()

    for wanted, code in ((name, 0), ("0000000100000000000000F0", MISSING)):
        assert tool.fetch(wanted, "by-hand", cwd=server.data).code == code
    first.unmount()
    assert tool.fetch(name, "by-hand", cwd=server.data).code == 0, "from the other repository"
    assert tool.fetch("0000000100000000000000F0", "by-hand", cwd=server.data).code not in (0, MISSING)
    waiting = server.end_segment()
    wait_for("the agent to be unwell", lambda: agent.get("/healthz")[0] == 503)
    assert first.url.removeprefix("file://") in agent.get("/healthz")[1]
    wait_for("a failure to be counted", lambda: ("trunkline_push_failures_total", "main") in agent.metrics())
    wait_for("what waits to be counted", lambda: agent.metrics()["trunkline_wal_waiting_segments", "main"] >= 1)
    first.mount()
    server.restart()  # Saves the test the minute that PostgreSQL's archiver may sleep after three failures.
    server.archive_everything()
    assert tool.key_of(waiting)
    wait_for("the agent to be well", lambda: agent.get("/healthz") == (200, "ok\n"))
    with agent.connect() as connection:
        assert ask(connection, frame(PING, version=3))[0] == DECLINED

    page = wait_for("the looks at the repositories", lambda: complete(agent.metrics()))
    assert page["trunkline_wal_waiting_segments", "main"] <= 1
    assert page["trunkline_agent_declined_total", "version"] == 1
    assert page["trunkline_fetches_missing_total", "main"] >= 1
    assert page["trunkline_fetch_failures_total", "main"] >= 1
    assert 0 < page["trunkline_memory_resident_bytes"] < page["trunkline_memory_bound_bytes"]
    end = int(server.sql("select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')"))
    for place in (one, two):
        assert 0 < page["trunkline_wal_durable_lsn_bytes", "main", place] <= end
        assert page["trunkline_backups", "main", place] == 1


def complete(page):
    missing = documented() - set(page.families)
    print(f"missing: {sorted(missing)}", file=sys.stderr)
    return None if missing else page
