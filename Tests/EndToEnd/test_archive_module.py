"""The archive module in real servers, with an agent that answers as it is told."""

import itertools
import os
import pathlib
import re
import signal

import pytest
from harness.fake_agent import FINISHED, PING, PUSH, WORKING, FakeAgent, declined, finished, frame
from harness.postgres import Server
from harness.waiting import wait_for

VERSIONS = [15, 16, 17, 18]
LIBRARY = "trunkline_archive"
# The module takes an agent for dead that says nothing for this long.
SILENCE_SECONDS = 5.0


@pytest.fixture
def place(account, installation, module, workplace):
    """place(15) is a server that archives through a fake agent, which is started."""
    made = Place(account, installation, module, workplace)
    yield made
    made.tear_down()


class Place:
    def __init__(self, account, installation, module, workplace):
        self.account = account
        self.installation = installation
        self.module = module
        self.folder = workplace
        self.server = None
        self.agent = FakeAgent(workplace / "agent.sock", account.make_directory(workplace / "archive"), account=account)

    def __call__(self, major, settings=None):
        self.agent.start()
        self.server = Server.initialise(
            self.installation(major), self.folder / "server", self.account, segment_mib=1,
            settings={"archive_mode": "on", "archive_library": str(self.module(major)),
                      f"{LIBRARY}.socket": str(self.agent.path)} | (settings or {}))
        self.server.start()
        return self.server, self.agent

    def tear_down(self):
        if self.server:
            self.server.kill()
        self.agent.stop()

    def end_segment(self):
        """The name of a segment that is complete, and waits to be archived."""
        return self.server.end_segment()

    def expect_archived(self, name, seconds=60):
        wait_for(f"{name} to be archived", lambda: self.server.archived(name), seconds)
        assert (self.folder / "archive" / name).exists()

    def archiver_pid(self):
        return int(self.server.sql("select pid from pg_stat_activity where backend_type = 'archiver'"))

    def warnings(self):
        return [line.partition("WARNING:  ")[2] for line in self.server.log().splitlines() if "WARNING:  " in line]


@pytest.mark.parametrize("major", VERSIONS)
def test_archives_over_one_connection(place, major):
    server, agent = place(major, {f"{LIBRARY}.cluster": "main", f"{LIBRARY}.configuration": "/etc/t.toml"})
    names = [place.end_segment() for _ in range(5)]
    for name in names:
        place.expect_archived(name)
    assert [name for name in agent.pushed if name in names] == names, "the oldest first, and each once"
    assert agent.connections_made == 1
    request = agent.requests[-1]
    assert (request.kind, request.cluster, request.configuration) == (PUSH, "main", "/etc/t.toml")
    assert (request.directory, request.first) == (str(server.data), f"pg_wal/{names[-1]}")
    assert place.warnings() == []
    archived, last, failed = server.archiver()
    assert (last, failed) == (names[-1], 0) and archived >= 5
    server.stop()
    assert server.postmaster.returncode == 0


@pytest.mark.parametrize("major", VERSIONS)
def test_an_agent_that_was_restarted_is_found_again(place, major):
    _, agent = place(major)
    place.expect_archived(place.end_segment())
    agent.stop()
    agent.start()
    place.expect_archived(place.end_segment())
    assert agent.connections_made == 2
    assert place.warnings() == [], "nobody has to know"


TROUBLE = {
    "gone": (None, r"could not connect to \".*agent.sock\": No such file or directory"),
    "declines": (FakeAgent.saying(declined("no such cluster")), "the agent declines: no such cluster"),
    "fails": (FakeAgent.saying(frame(WORKING), finished(69, "trunkline: error: not now\ntrunkline: hint: wait.\n")),
              "could not archive file \"pg_wal/.*\": the agent answers with exit code 69"),
    "closes": (FakeAgent.saying(), "the agent has closed the connection"),
    "breaks off": (FakeAgent.saying(finished(0)[:13]), "the agent has closed the connection"),
    "works and goes": (FakeAgent.saying(frame(WORKING)), "the agent has closed the connection"),
    "is none": (FakeAgent.saying(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "it does not speak the agent's protocol"),
    "is newer": (FakeAgent.saying(frame(FINISHED, b"\0\0\0", version=2)), "the agent speaks version 2 of the protocol"),
    "says too much": (FakeAgent.saying(b"TLWA\1\0\x81\0\xff\xff\xff\xff"), "an answer has 4294967295 bytes"),
    "is confused": (FakeAgent.saying(frame(PING)), "the agent's answer makes no sense"),
    "says less": (FakeAgent.saying(frame(FINISHED, b"\0\5\0ab")), "the agent's answer makes no sense"),
    "says no text": (FakeAgent.saying(frame(FINISHED, b"\0\2\0\xff\xff")), "the agent's answer makes no sense"),
    "says nothing": (FakeAgent.hang, "it has not answered in time"),
    "never ends": (FakeAgent.work_for_ever, "it has not answered in time"),
}


@pytest.mark.parametrize("major", [15, 18])
def test_every_trouble_is_a_warning_and_passes(place, major):
    """One after the other in one archiver, which survives them all."""
    server, agent = place(major, {f"{LIBRARY}.timeout": "6s"})
    place.expect_archived(place.end_segment())
    pid = place.archiver_pid()
    for name, (behaviour, cause) in TROUBLE.items():
        known = len(place.warnings())
        agent.behave = behaviour
        if behaviour is None:
            agent.stop()
            agent.path.unlink()
        segment = place.end_segment()
        told = wait_for(f"a warning when the agent {name}", lambda: place.warnings()[known:], 30)
        assert re.search(cause, told[0]), f"{name}: {told[0]}"
        assert segment in told[0]
        assert not server.archived(segment)
        agent.behave = FakeAgent.store
        agent.stop()
        agent.start()
        place.expect_archived(segment)
    assert place.archiver_pid() == pid, "no trouble ended the archiver"
    assert "trunkline: error: not now" in server.log() and "trunkline: hint: wait." in server.log()
    assert server.archiver()[2] >= len(TROUBLE)


@pytest.mark.parametrize("major", [15, 18])
def test_waiting_is_interruptible(place, major):
    server, agent = place(major)
    agent.behave = FakeAgent.work_for_ever
    place.end_segment()
    wait_for("a question", lambda: agent.pushed)
    pid = place.archiver_pid()
    server.sql(f"select pg_log_backend_memory_contexts({pid})")
    server.wait_log(f"logging memory contexts of PID {pid}", 30)
    os.kill(pid, signal.SIGTERM)
    server.wait_log("through the agent: the server shuts down", 30)


@pytest.mark.parametrize("major", [15, 18])
def test_a_silent_agent_does_not_keep_the_server_from_stopping(place, major):
    server, agent = place(major)
    agent.behave = FakeAgent.hang
    place.end_segment()
    wait_for("a question", lambda: agent.pushed)
    # The archiver tries three times with a second between, and once more so in its last round.
    server.stop(seconds=2 * 3 * (SILENCE_SECONDS + 1) + 60)


@pytest.mark.parametrize("major", VERSIONS)
def test_without_a_socket_nothing_is_archived(place, major):
    server, agent = place(major, {f"{LIBRARY}.socket": ""})
    name = place.end_segment()
    server.wait_log("yet archiving is not configured")
    server.wait_log(f'"{LIBRARY}.socket" is not set')
    assert not agent.requests
    server.configure({f"{LIBRARY}.socket": str(agent.path)})
    server.reload()
    place.expect_archived(name)


@pytest.mark.parametrize("major", VERSIONS)
def test_settings_that_make_no_sense_are_told_at_the_start(place, major):
    server, _ = place(major, {f"{LIBRARY}.timeout": "0", f"{LIBRARY}.configuration": "relative",
                              f"{LIBRARY}.nonsense": "1"})
    server.wait_log(f'invalid value for parameter "{LIBRARY}.configuration"')
    server.wait_log(f'0 s is outside the valid range for parameter "{LIBRARY}.timeout"')
    server.wait_log(f'invalid configuration parameter name "{LIBRARY}.nonsense"')
    place.expect_archived(place.end_segment())


def test_another_socket_is_another_agent(place):
    server, first = place(18)
    place.expect_archived(place.end_segment())
    with FakeAgent(place.folder / "second.sock", place.folder / "archive", account=place.account) as second:
        server.configure({f"{LIBRARY}.socket": str(second.path)})
        server.reload()
        for attempt in itertools.count():
            place.expect_archived(place.end_segment())
            if second.pushed or attempt > 20:
                break
        assert second.pushed
        known = len(first.pushed)
        place.expect_archived(place.end_segment())
        assert len(first.pushed) == known


def test_the_archiver_does_not_grow(place):
    """Thousands of files pass through one archiver; it must keep nothing of them."""
    server, agent = place(18)
    few, many = 20, 320

    def resident_kib():
        status = pathlib.Path(f"/proc/{place.archiver_pid()}/status").read_text()
        return int(re.search(r"^RssAnon:\s+(\d+)", status, re.M)[1])

    def archive(count):
        server.sql(f"do $$ begin for i in 1..{count} loop perform pg_logical_emit_message(false, 't', 't'); "
                   "perform pg_switch_wal(); end loop; end $$")
        wait_for("the files to be archived", lambda: len(set(agent.pushed)) >= target)

    target = few
    archive(few)
    before = resident_kib()
    target = many
    archive(many - few)
    assert resident_kib() - before < 256
