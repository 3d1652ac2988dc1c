"""Several repositories: all required ones in parallel, best effort for the others, and reading from whichever can."""

from harness.modes import AGENT, DIRECT
from harness.parameters import modes
from harness.proxy import REFUSE, answer
from harness.trunkline import MISSING, TROUBLE_BY_HAND


def best_effort(tool, number):
    with tool.edit() as settings:
        list(settings["repository"].values())[number]["required"] = False


def hurry(tool):
    with tool.edit() as settings:
        settings["wal"] |= {"push-deadline": 3, "fetch-deadline": 3, "lookahead": 0}


@modes(DIRECT, AGENT)
def test_both_get_the_same_object(desk, repository):
    one, two = repository("local", name="one"), repository("moto")
    desk = desk(one, two)
    desk.place_and_push(desk.segments[0])
    key = desk.tool.key_of(desk.segments[0])
    assert one.read(key) == two.read(key), "sealed once, stored twice"


@modes(DIRECT, AGENT)
def test_a_required_repository_that_fails_fails_the_push(desk, repository):
    one, two = repository("local", name="one"), repository("local", name="two")
    desk = desk(one, two)
    hurry(desk.tool)
    two.unmount()
    desk.place(desk.segments[0])
    desk.expect_push_fails(desk.segments[0], "two")
    two.mount()
    outcome = desk.push(desk.segments[0])
    assert outcome.code == 0, str(outcome)
    assert one.read(desk.tool.key_of(desk.segments[0])) and desk.tool.key_of(desk.segments[0]) in two.keys()


def test_best_effort_warns_and_succeeds(desk, repository):
    """Of the direct program, which tells whoever asks; an agent keeps a backlog (test_agent_faults.py)."""
    one, two = repository("local", name="one"), repository("moto", through_proxy=True)
    desk = desk(one, two)
    best_effort(desk.tool, 1)
    hurry(desk.tool)
    for trouble in (REFUSE, answer(503)):
        two.proxy.set(trouble)
        name = desk.segments[0 if trouble is REFUSE else 1]
        desk.place(name)
        outcome = desk.push(name)
        assert outcome.code == 0, str(outcome)
        assert "trunkline: warning:" in outcome.err, str(outcome)
        assert two.bucket in outcome.err or "repository" in outcome.err, str(outcome)
        assert desk.tool.key_of(name) in one.keys()


@modes(DIRECT, AGENT)
def test_the_second_repository_serves_when_the_first_lacks_or_fails(desk, repository):
    one, two = repository("moto", through_proxy=True), repository("local", name="two")
    desk = desk(one, two)
    hurry(desk.tool)
    lacking, failing = desk.segments[:2]
    desk.place_and_push(lacking, failing)
    one.delete(desk.tool.key_of(lacking))
    desk.expect_fetched(lacking)
    for trouble in (REFUSE, answer(503)):
        one.proxy.set(trouble)
        desk.expect_fetched(failing)


@modes(DIRECT, AGENT)
def test_missing_needs_every_repository_to_say_so(desk, repository):
    one, two = repository("local", name="one"), repository("local", name="two")
    desk = desk(one, two)
    hurry(desk.tool)
    desk.place_and_push(desk.segments[0])
    outcome, _ = desk.fetch_by_hand(desk.segments[1])
    assert outcome.code == MISSING, str(outcome)
    for broken in (one, two):
        broken.unmount()
        outcome, content = desk.fetch_by_hand(desk.segments[1])
        assert (outcome.code, content) == (TROUBLE_BY_HAND, None), str(outcome)
        broken.mount()


@modes(DIRECT, AGENT)
def test_damage_in_the_first_is_served_from_the_second(desk, repository):
    one, two = repository("local", name="one"), repository("local", name="two")
    desk = desk(one, two)
    hurry(desk.tool)
    desk.place_and_push(desk.segments[0])
    key = desk.tool.key_of(desk.segments[0])
    content = bytearray(one.read(key))
    content[len(content) // 2] ^= 1
    one.write(key, bytes(content))
    desk.expect_fetched(desk.segments[0])
