"""A backup that does not come to its end: nothing of it is listed, and the next one goes on where it was."""

import os
import random
import signal
import subprocess

import pytest

from harness import upheaval
from harness.contents import contents
from harness.proxy import PASS, answer, hold
from harness.waiting import wait_for

POINTS_MAX = 1 << 14
RANDOM_POINTS = 6
RANDOM_KILLS = 6
SEED = int(os.environ.get("TRUNKLINE_TEST_SEED", "20261121"))


@pytest.fixture
def backed_up(stage, repository):
    """backed_up("moto", through_proxy=True): a server with something in it and no backup yet: (server, trunkline)."""
    def make(store, **more):
        server, tool = stage.primary(15, repository(store, **more))
        upheaval.begin(server)
        return server, tool
    return make


def expect_nothing_incomplete(tool, ids):
    assert [backup["id"] for backup in tool.backups()] == ids
    for backup in ids:
        tool.show(backup)


def expect_restores(stage, server, tool, backup):
    before = contents(server)
    server.archive_everything()
    restored = stage.recovered(15, tool, "restored", backup=backup["id"]).start()
    assert contents(restored) == before


def expect_no_backup_under_way(server):
    """The session that began it is gone, or will be as soon as the server notices."""
    wait_for("the backup's session to end", lambda: server.sql(
        "select count(*) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()"
    ) == "0")


def test_killed_at_counted_points(stage, backed_up, killpoints):
    server, tool = backed_up("local")
    print(f"seed {SEED}")
    complete, point = [], 1
    while point < POINTS_MAX:
        outcome = tool.run("backup", env=killpoints.environment(point))
        if outcome.code == 0:
            complete.append(tool.backups()[-1]["id"])
            break
        assert outcome.code == -signal.SIGKILL, str(outcome)
        expect_nothing_incomplete(tool, [])
        point *= 2
    assert 8 < point < POINTS_MAX, "some points were reached, and all passed"
    for point in random.Random(SEED).sample(range(1, point), RANDOM_POINTS):
        outcome = tool.run("backup", "--full", env=killpoints.environment(point))
        if outcome.code == 0:
            complete = [backup["id"] for backup in tool.backups()]
            continue
        assert outcome.code == -signal.SIGKILL, str(outcome)
        listed = [backup["id"] for backup in tool.backups()]
        assert listed[:len(complete)] == complete and len(listed) <= len(complete) + 1
        complete = listed  # Killed after the summary was stored: then it is complete.
    expect_no_backup_under_way(server)
    expect_restores(stage, server, tool, tool.backup())


def test_killed_at_random_moments(stage, backed_up):
    server, tool = backed_up("local")
    seconds = tool.backup()["seconds"]
    dice = random.Random(SEED)
    print(f"seed {SEED}")
    for _ in range(RANDOM_KILLS):
        running = tool.begin("backup", "--full")
        wait_for_at_most(running, dice.uniform(0.05, max(seconds, 0.2)))
        running.kill()
        for backup in tool.backups():
            tool.show(backup["id"])
    expect_restores(stage, server, tool, tool.backup())


def wait_for_at_most(running, seconds):
    try:
        running.process.wait(seconds)
    except subprocess.TimeoutExpired:
        pass


def held_at(tool, place, words):
    """A backup in the background that got as far as a request with these words in it, and no further."""
    place.proxy.trip(words, hold(0))
    running = tool.begin("backup", "--json")
    assert place.proxy.held.wait(60), "the request never came"
    assert running.is_alive
    return running


@pytest.mark.parametrize("how", ["kill", "terminate"])
def test_stopped_when_all_packs_are_stored(stage, backed_up, how):
    server, tool = backed_up("moto", through_proxy=True)
    place = tool.repository
    running = held_at(tool, place, "/manifest")
    if how == "kill":
        running.kill()
    else:
        running.send(signal.SIGTERM)
        outcome = running.wait(30)
        assert 0 < outcome.code <= 125, str(outcome)
    place.proxy.set(PASS)
    expect_nothing_incomplete(tool, [])
    expect_no_backup_under_way(server)
    backup = tool.backup()
    assert backup["resumedBytes"] > backup["bytes"] / 2, backup
    expect_restores(stage, server, tool, backup)


def test_the_store_is_away_for_a_while(stage, backed_up):
    server, tool = backed_up("moto", through_proxy=True)
    place = tool.repository
    place.proxy.trip("/packs/", answer(503))
    running = tool.begin("backup", "--json")
    wait_for("the trouble to be met", lambda: place.proxy.mode != PASS)
    before = place.proxy.requests
    wait_for("the program to have tried again", lambda: place.proxy.requests > before + 1)
    place.proxy.set(PASS)
    outcome = running.wait()
    assert outcome.code == 0, str(outcome)
    expect_restores(stage, server, tool, tool.backups()[-1])


def test_the_store_does_not_come_back(stage, backed_up):
    server, tool = backed_up("moto", through_proxy=True)
    place = tool.repository
    denied = b'<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>no</Message></Error>'
    place.proxy.trip("/manifest", answer(403, denied))
    outcome = tool.run("backup")
    assert 1 < outcome.code <= 125 and "trunkline: error:" in outcome.err, str(outcome)
    place.proxy.set(PASS)
    expect_nothing_incomplete(tool, [])
    backup = tool.backup()
    assert backup["resumedBytes"] > 0, backup
    expect_restores(stage, server, tool, backup)


def test_the_server_crashes(stage, backed_up):
    server, tool = backed_up("moto", through_proxy=True)
    place = tool.repository
    running = held_at(tool, place, "/packs/")
    server.kill()
    place.proxy.set(PASS)
    outcome = running.wait()
    assert 1 < outcome.code <= 125 and "trunkline: error:" in outcome.err, str(outcome)
    expect_nothing_incomplete(tool, [])
    server.start()
    server.sql("insert into growing select g, 'after the crash' from generate_series(1, 1000) g")
    expect_restores(stage, server, tool, tool.backup())


def test_two_at_once_on_one_host(backed_up):
    server, tool = backed_up("moto", through_proxy=True)
    place = tool.repository
    running = held_at(tool, place, "/packs/")
    second = tool.run("backup", seconds=30)
    assert 1 < second.code <= 125, str(second)
    assert "trunkline: error:" in second.err and "backup" in second.err, str(second)
    place.proxy.set(PASS)
    first = running.wait()
    assert first.code == 0, str(first)
    assert len(tool.backups()) == 1
    assert tool.backup()["base"] == tool.backups()[0]["id"], "and then it may"


def test_two_at_once_from_two_hosts(stage, backed_up):
    """Another state directory, as another host would have: neither knows of the other, and both succeed."""
    server, tool = backed_up("moto", through_proxy=True)
    place = tool.repository
    elsewhere = tool.variant("elsewhere", lambda settings: [
        section.update(endpoint=place.service.endpoint) for section in settings["repository"].values()])
    server.configure({"archive_command": elsewhere.archive_command()})  # The other backup waits for its WAL.
    server.reload()
    running = held_at(tool, place, "/packs/")
    other = elsewhere.backup()
    place.proxy.set(PASS)
    first = running.wait()
    assert first.code == 0, str(first)
    assert len(tool.backups()) == 2
    before = contents(server)
    server.archive_everything()
    for number, backup in enumerate(tool.backups()):
        restored = stage.recovered(15, tool, f"restored-{number}", backup=backup["id"]).start()
        assert contents(restored) == before, backup["id"]
        restored.stop()
    assert other["id"] in [backup["id"] for backup in tool.backups()]
