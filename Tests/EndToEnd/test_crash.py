"""Killed at every point: nothing half-written is ever visible, and doing it again completes the archive.

Of the direct program, whose calls can be counted; agents that are killed are in test_agent_faults.py.
"""

import os
import random
import signal
import subprocess

import pytest

from harness import process
from harness.proxy import PASS, hold
from harness.trunkline import MISSING

POINTS_MAX = 400
RANDOM_KILLS = 25
SEED = int(os.environ.get("TRUNKLINE_TEST_SEED", "20261121"))


def forget(desk):
    """Back to an empty archive and no ledger."""
    for key in desk.tool.wal_keys():
        desk.tool.repository.delete(key)
    process.remove_tree(desk.tool.state)


def expect_whole_or_absent(desk, names):
    """Every visible object opens to what was archived; what is not visible is missing, not trouble."""
    for name in names:
        outcome, content = desk.fetch_by_hand(name)
        assert outcome.code in (0, MISSING), str(outcome)
        assert content == (desk.specimen.content(name) if outcome.code == 0 else None), name


def expect_complete_after_pushing_again(desk, names):
    for name in names:
        outcome = desk.push(name)
        assert outcome.code == 0, str(outcome)
        desk.expect_fetched(name)
    stored = sorted(key.rsplit("/", 1)[-1] for key in desk.tool.wal_keys())
    assert stored == sorted(names), "nothing else is visible"


@pytest.mark.parametrize("store, ready, step", [("local", 3, 1), ("moto", 1, 1), ("ceph-rgw", 2, 4)], ids=str)
def test_push_killed_at_every_call_that_changes_something(desk, repository, killpoints, store, ready, step):
    desk = desk(repository(store))
    names = desk.segments[:ready]
    for name in names:
        desk.place(name)
    for point in range(1, POINTS_MAX, step):
        outcome = desk.push(names[0], env=killpoints.environment(point))
        assert outcome.code in (0, -signal.SIGKILL), str(outcome)
        expect_whole_or_absent(desk, names)
        expect_complete_after_pushing_again(desk, names)
        if outcome.code == 0:
            break
        forget(desk)
    assert 5 < point < POINTS_MAX - step, "the kill points were reached, and passed"
    print(f"{point - 1} points")


def test_a_multipart_push_killed_at_every_call(desk, repository, killpoints):
    """Parts of 5 MiB: incompressible content in a segment of 16 MiB makes several."""
    place = repository("openstack-swift")
    desk = desk(place, segment_mib=16)
    with desk.tool.edit() as settings:
        settings["repository"][next(iter(settings["repository"]))]["part-size"] = 5 << 20
    name = desk.segments[0]
    genuine = desk.specimen.content(name)
    content = genuine[:8192] + random.Random(SEED).randbytes(len(genuine) - 8192)
    desk.place(name, content)
    for point in sorted(random.Random(SEED).sample(range(1, 300), 5)):
        desk.push(name, env=killpoints.environment(point))
        outcome, got = desk.fetch_by_hand(name)
        assert outcome.code in (0, MISSING), str(outcome)
        assert got == (content if outcome.code == 0 else None)
        outcome = desk.push(name)
        assert outcome.code == 0, str(outcome)
        outcome, got = desk.fetch_by_hand(name)
        assert (outcome.code, got) == (0, content)
        forget(desk)


@pytest.mark.parametrize("store", ["local", "openstack-swift"])
def test_push_killed_at_random_moments(desk, repository, store):
    desk = desk(repository(store))
    names = desk.segments[:4]
    for name in names:
        desk.place(name)
    dice = random.Random(SEED)
    print(f"seed {SEED}")
    whole_seconds = timed_push(desk, names[0])
    for _ in range(RANDOM_KILLS):
        forget(desk)
        killed_push(desk, names[0], dice.uniform(0, whole_seconds))
        expect_whole_or_absent(desk, names)
    expect_complete_after_pushing_again(desk, names)


def start_push(desk, name):
    return subprocess.Popen(
        [str(desk.tool.program), "wal", "push", f"pg_wal/{name}", "--config", str(desk.tool.config)],
        cwd=desk.folder, env=process.environment(desk.tool.home), stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **desk.account.popen_arguments())


def timed_push(desk, name):
    began = os.times().elapsed
    assert desk.push(name).code == 0
    return max(os.times().elapsed - began, 0.02)


def killed_push(desk, name, seconds):
    running = start_push(desk, name)
    try:
        running.wait(seconds)
    except subprocess.TimeoutExpired:
        running.kill()
    running.wait(10)


@pytest.mark.parametrize("sent_bytes", [0, 1, 500, 5000, 50_000])
def test_push_killed_in_the_middle_of_a_request(desk, repository, sent_bytes):
    """The store has a part of a request in its hands when the program dies."""
    place = repository("openstack-swift", through_proxy=True)
    desk = desk(place)
    name = desk.segments[2]  # The first ones are nearly empty, and small when sealed.
    desk.place(name)
    place.proxy.set(hold(sent_bytes))
    running = start_push(desk, name)
    assert place.proxy.held.wait(30)
    running.kill()
    running.wait(10)
    place.proxy.set(PASS)
    expect_whole_or_absent(desk, [name])
    expect_complete_after_pushing_again(desk, [name])


def test_fetch_killed_at_every_call_that_changes_something(desk, repository, killpoints):
    desk = desk(repository("local"))
    names = desk.segments[:3]
    desk.place_and_push(*names)
    desk.signal_file("recovery.signal")
    content = desk.specimen.content(names[0])
    for point in range(1, POINTS_MAX):
        outcome, got = desk.fetch_as_server(names[0], env=killpoints.environment(point))
        assert got in (None, content), "complete or not there"
        assert outcome.code in (0, -signal.SIGKILL), str(outcome)
        assert got == content or outcome.code != 0
        outcome_again, got = desk.fetch_as_server(names[0])
        assert (outcome_again.code, got) == (0, content), str(outcome_again)
        if outcome.code == 0:
            break
    assert 2 < point < POINTS_MAX - 1
    for name in names[1:]:
        outcome, got = desk.fetch_as_server(name)
        assert (outcome.code, got) == (0, desk.specimen.content(name)), str(outcome)


@pytest.mark.parametrize("store", ["local", "moto"])
def test_termination_is_an_ordinary_failure_or_a_success(desk, repository, store):
    """A shutdown of PostgreSQL sends SIGTERM to the command: never half an object."""
    desk = desk(repository(store))
    names = desk.segments[:4]
    for name in names:
        desk.place(name)
    dice = random.Random(SEED)
    whole_seconds = timed_push(desk, names[0])
    for _ in range(8):
        forget(desk)
        running = start_push(desk, names[0])
        try:
            running.wait(dice.uniform(0, whole_seconds))
        except subprocess.TimeoutExpired:
            running.terminate()
        running.wait(10)
        expect_whole_or_absent(desk, names)
    expect_complete_after_pushing_again(desk, names)
