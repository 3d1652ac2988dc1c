"""The same again is success, anything else under the same name is refused, for every kind of name."""

import concurrent.futures

import pytest

from harness.parameters import in_modes


def altered(name, content):
    """Other content that is as plausible as the first."""
    if len(content) < 4096:
        return content + b"\n# and one line more\n"
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1:]


def kinds(specimen):
    return {"segment": specimen.segments[0], "history": specimen.one(".history"),
            "partial": specimen.one(".partial"), "backup": specimen.one(".backup")}


@in_modes("store", ["local", "moto", "openstack-swift", "ceph-rgw"], agent=["local", "moto"])
@pytest.mark.parametrize("kind", ["segment", "history", "partial", "backup"])
def test_identical_is_fine_and_different_is_refused(desk, repository, store, kind):
    desk = desk(repository(store))
    name = kinds(desk.specimen)[kind]
    desk.place_and_push(name)
    key = desk.tool.key_of(name)
    stored = desk.tool.repository.read(key)

    again = desk.with_tool(desk.tool.variant("another-host", lambda settings: None))
    for same in (desk, again):
        same.place(name)
        outcome = same.push(name)
        assert outcome.code == 0, str(outcome)
        assert desk.tool.repository.read(key) == stored

    for other in (desk, again):
        other.place(name, altered(name, desk.specimen.content(name)))
        other.expect_push_fails(name, name)
        assert desk.tool.repository.read(key) == stored, "nothing changed"
    desk.expect_fetched(name)


@in_modes("store", ["local", "moto"], agent=["local"])
def test_without_the_digest_key_content_is_compared_by_reading(desk, repository, store):
    desk = desk(repository(store))
    name = desk.segments[0]
    desk.place_and_push(name)
    with desk.tool.edit() as settings:
        settings["encryption"].pop("digest-key", None)
    keyless = desk.with_tool(desk.tool.variant("without-digest-key", lambda settings: None))
    keyless.place(name)
    outcome = keyless.push(name)
    assert outcome.code == 0, str(outcome)
    keyless.place(name, altered(name, desk.specimen.content(name)))
    keyless.expect_push_fails(name, name)

    with keyless.tool.edit() as settings:
        settings["encryption"].pop("identity", None)
    blind = keyless.with_tool(keyless.tool.variant("blind", lambda settings: None))
    blind.place(name)
    outcome = blind.expect_push_fails(name, name)
    assert "hint:" in outcome.err, "says what to do"


@in_modes("store", ["local", "ceph-rgw"], agent=["local"])
def test_hosts_that_race_never_overwrite(desk, repository, store):
    """Two contents, eight hosts at once: those of one content succeed and keep the name, the others fail."""
    desk = desk(repository(store))
    name = desk.segments[0]
    contents = [desk.specimen.content(name), altered(name, desk.specimen.content(name))]
    hosts = []
    for number in range(8):
        tool = desk.tool.variant(f"host-{number}", lambda settings: None)
        folder = desk.specimen.desk(desk.account, desk.folder.parent / f"desk-{number}")
        desk.specimen.place(desk.account, folder, name, contents[number % 2])
        hosts.append((number % 2, tool, folder))
    with concurrent.futures.ThreadPoolExecutor(len(hosts)) as pool:
        outcomes = list(pool.map(lambda host: host[1].push(f"pg_wal/{name}", cwd=host[2]), hosts))
    winners = {host[0] for host, outcome in zip(hosts, outcomes) if outcome.code == 0}
    assert len(winners) == 1, [str(outcome) for outcome in outcomes]
    winner = winners.pop()
    for host, outcome in zip(hosts, outcomes):
        assert (outcome.code == 0) == (host[0] == winner), str(outcome)
    outcome, content = desk.fetch_by_hand(name)
    assert (outcome.code, content) == (0, contents[winner]), str(outcome)
