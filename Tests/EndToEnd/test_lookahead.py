"""One push stores several waiting segments; the next ones answer from the ledger.

An agent looks ahead all the time and keeps its ledger in memory: what one call stores, and what a file on the disk
answers, is of the direct program alone.
"""

import contextlib

import pytest

from harness import process
from harness.modes import AGENT, DIRECT
from harness.parameters import modes
from harness.proxy import REFUSE
from harness.waiting import wait_for


def lookahead(tool, count):
    with tool.edit() as settings:
        settings["wal"] |= {"lookahead": count, "push-deadline": 3}


def test_waiting_segments_go_along_and_the_ledger_answers_without_the_store(desk, repository):
    place = repository("moto", through_proxy=True)
    desk = desk(place)
    lookahead(desk.tool, 4)
    names = desk.segments[:7]
    for name in names:
        desk.place(name)
    outcome = desk.push(names[0])
    assert outcome.code == 0, str(outcome)
    stored = {key.rsplit("/", 1)[-1] for key in desk.tool.wal_keys()}
    assert stored == set(names[:5]), "the one asked for and four more"

    place.proxy.set(REFUSE)
    for name in names[1:5]:
        desk.archived_by_server(names[names.index(name) - 1])
        outcome = desk.push(name)
        assert outcome.code == 0, str(outcome)
    desk.expect_push_fails(names[5])


def test_the_ledger_can_be_lost(desk, repository):
    place = repository("local")
    desk = desk(place)
    lookahead(desk.tool, 4)
    names = desk.segments[:4]
    for name in names:
        desk.place(name)
    assert desk.push(names[0]).code == 0
    process.remove_tree(desk.tool.state)
    place.unmount()
    desk.expect_push_fails(names[1])
    place.mount()
    for name in names[1:]:
        outcome = desk.push(name)
        assert outcome.code == 0, str(outcome)


@modes(DIRECT, AGENT)
def test_a_state_directory_that_cannot_be_used_only_costs_time(desk, repository):
    desk = desk(repository("local"))
    lookahead(desk.tool, 4)
    names = desk.segments[:3]
    for name in names:
        desk.place(name)

    def is_a_file():
        process.remove_tree(desk.tool.state)
        with contextlib.suppress(IsADirectoryError):  # An agent may just be writing into a new one.
            desk.account.write(desk.tool.state, b"a file, not a directory")
        return desk.tool.state.is_file()
    wait_for("the state directory to be none", is_a_file)
    for name in names:
        outcome = desk.push(name)
        assert outcome.code == 0, str(outcome)
    for name in names:
        desk.expect_fetched(name)


@pytest.mark.parametrize("garbage", [b"", b"\0" * 4096, b"nonsense\n" * 100], ids=["empty", "zeros", "words"])
def test_a_damaged_ledger_is_not_believed(desk, repository, garbage):
    place = repository("local")
    desk = desk(place)
    lookahead(desk.tool, 4)
    names = desk.segments[:3]
    for name in names:
        desk.place(name)
    assert desk.push(names[0]).code == 0
    for path in desk.tool.state.rglob("*"):
        if path.is_file():
            desk.account.write(path, garbage)
    lookahead(desk.tool, 0)  # Or the first of the following pushes would write the ledger anew.
    for name in names[1:]:
        place.delete(desk.tool.key_of(name))
        outcome = desk.push(name)
        assert outcome.code == 0, str(outcome)
        desk.expect_fetched(name)


@modes(DIRECT, AGENT)
def test_the_ledger_does_not_answer_for_other_content(desk, repository):
    """The file may have been replaced since it was looked ahead at."""
    desk = desk(repository("local"))
    lookahead(desk.tool, 4)
    first, second = desk.segments[:2]
    desk.place(first)
    desk.place(second)
    assert desk.push(first).code == 0
    wait_for("the second one", lambda: desk.tool.key_of(second))  # An agent looks ahead in its own time.
    content = bytearray(desk.specimen.content(second))
    content[-1] ^= 1
    desk.place(second, bytes(content))
    desk.expect_push_fails(second, second)


@modes(DIRECT, AGENT)
def test_a_bad_file_ahead_does_not_fail_the_one_asked_for(desk, repository):
    desk = desk(repository("local"))
    lookahead(desk.tool, 4)
    first, bad, third = desk.segments[:3]
    desk.place(first)
    desk.place(bad, desk.specimen.content(first))
    desk.place(third)
    outcome = desk.push(first)
    assert outcome.code == 0, str(outcome)
    desk.expect_push_fails(bad, bad)
    outcome = desk.push(third)
    assert outcome.code == 0, str(outcome)


def test_lookahead_can_be_off(desk, repository):
    desk = desk(repository("local"))
    lookahead(desk.tool, 0)
    for name in desk.segments[:3]:
        desk.place(name)
    assert desk.push(desk.segments[0]).code == 0
    assert len(desk.tool.wal_keys()) == 1


@modes(DIRECT, AGENT)
def test_what_is_marked_done_is_left_to_postgresql(desk, repository):
    """Renaming .ready to .done is PostgreSQL's: after a push both segments still wait."""
    desk = desk(repository("local"))
    lookahead(desk.tool, 4)
    for name in desk.segments[:2]:
        desk.place(name)
    assert desk.push(desk.segments[0]).code == 0
    status = sorted(path.name for path in (desk.folder / "pg_wal/archive_status").iterdir())
    assert status == [f"{name}.ready" for name in desk.segments[:2]]
