"""`trunkline init` and `trunkline key`."""

import json
import re

import pytest


@pytest.mark.parametrize("store", ["local", "moto"])
def test_init_sets_up_and_says_what_to_do(desk, repository, store):
    desk = desk(repository(store))
    keys = desk.tool.repository.keys()
    assert "trunkline.json" in keys
    assert json.loads(desk.tool.repository.read("trunkline.json"))
    assert f"clusters/main/systems/{desk.specimen.system_identifier}" in keys
    assert desk.tool.identity.stat().st_mode & 0o777 == 0o600
    again = desk.tool.init(desk.folder)
    for words in ("archive_mode", "archive_command", "restore_command", str(desk.tool.config)):
        assert words in again.out, str(again)
    assert str(desk.tool.identity) in again.out + again.err, "says where the identity is"


@pytest.mark.parametrize("store", ["local", "moto"])
def test_init_twice_changes_nothing(desk, repository, store):
    desk = desk(repository(store))
    place = desk.tool.repository

    def everything():
        objects = {key: place.read(key) for key in place.keys()}
        files = {path.name: path.read_bytes() for path in desk.tool.home.iterdir() if path.is_file()}
        return objects, files
    before = everything()
    outcome = desk.tool.run("init", "--pgdata", desk.folder, "--cluster", "main", "--identity", desk.tool.identity,
                            *place.init_words(), env=place.init_environment())
    assert outcome.code == 0, str(outcome)
    assert everything() == before


def test_init_needs_a_data_directory(desk, repository):
    desk = desk(repository("local"))
    tool = desk.tool.variant("nowhere", lambda settings: None)
    tool.config.unlink()
    outcome = tool.run("init", "--pgdata", tool.home, *tool.repository.init_words())
    assert 0 < outcome.code <= 125, str(outcome)
    assert "pg_control" in outcome.err, str(outcome)
    assert not tool.config.exists(), "nothing half-made"


def test_key_new_and_show(desk, repository):
    desk = desk(repository("local"))
    path = desk.tool.home / "mine"
    made = desk.tool.run("key", "new", "--output", path, config=False, check=True)
    recipient = re.search(r"trunkline-recipient-[a-z2-7]+", made.out).group()
    assert path.stat().st_mode & 0o777 == 0o600
    assert "trunkline-identity-" not in made.out, "the secret is in the file alone"
    shown = desk.tool.run("key", "show", path, config=False, check=True)
    assert recipient in shown.out
    again = desk.tool.run("key", "new", "--output", path, config=False)
    assert 0 < again.code <= 125, "an identity is never overwritten"
    assert desk.tool.run("key", "show", path, config=False).out == shown.out


def test_an_identity_that_others_can_read_is_refused(desk, repository):
    desk = desk(repository("local"))
    desk.place_and_push(desk.segments[0])
    desk.tool.identity.chmod(0o640)
    outcome, content = desk.fetch_by_hand(desk.segments[0])
    assert (outcome.code, content) == (75, None), str(outcome)
    assert str(desk.tool.identity) in outcome.err and "mode" in outcome.err, str(outcome)


def test_a_damaged_identity_is_its_own_error(desk, repository):
    desk = desk(repository("local"))
    desk.place_and_push(desk.segments[0])
    text = desk.tool.identity.read_text()
    line = next(line for line in text.splitlines() if line.startswith("trunkline-identity-"))
    wrong = line[:-8] + ("a" if line[-8] != "a" else "b") + line[-7:]
    desk.account.write(desk.tool.identity, text.replace(line, wrong))
    damaged, _ = desk.fetch_by_hand(desk.segments[0])
    desk.tool.identity.unlink()
    absent, _ = desk.fetch_by_hand(desk.segments[0])
    assert damaged.code == absent.code == 75
    assert damaged.err != absent.err
    for outcome in (damaged, absent):
        assert str(desk.tool.identity) in outcome.err, str(outcome)


def test_a_passphrase_protects_an_identity(desk, repository):
    desk = desk(repository("local"))
    secret = desk.account.write(desk.tool.home / "passphrase", "correct horse\n")
    wrong = desk.account.write(desk.tool.home / "wrong", "battery staple\n")
    locked = desk.tool.home / "locked"
    made = desk.tool.run("key", "new", "--output", locked, "--passphrase-file", secret, config=False, check=True)
    recipient = re.search(r"trunkline-recipient-[a-z2-7]+", made.out).group()
    with desk.tool.edit() as settings:
        settings["encryption"] |= {"recipients": [recipient], "identity": str(locked), "passphrase-file": str(secret)}
    desk.place_and_push(desk.segments[0])
    desk.expect_fetched(desk.segments[0])
    with desk.tool.edit() as settings:
        settings["encryption"]["passphrase-file"] = str(wrong)
    outcome, content = desk.fetch_by_hand(desk.segments[0])
    assert (outcome.code, content) == (75, None)
    assert "passphrase" in outcome.err, str(outcome)


def test_each_of_several_recipients_can_read(desk, repository):
    desk = desk(repository("local"))
    recipients, identities = [], []
    for number in range(3):
        path = desk.tool.home / f"identity-{number}"
        made = desk.tool.run("key", "new", "--output", path, config=False, check=True)
        recipients.append(re.search(r"trunkline-recipient-[a-z2-7]+", made.out).group())
        identities.append(path)
    with desk.tool.edit() as settings:
        settings["encryption"]["recipients"] = recipients
    desk.place_and_push(desk.segments[0])
    for path in identities:
        with desk.tool.edit() as settings:
            settings["encryption"]["identity"] = str(path)
        desk.expect_fetched(desk.segments[0])


def test_encryption_can_be_off_and_is_loud(desk, repository):
    desk = desk(repository("local"))
    with desk.tool.edit() as settings:
        settings["encryption"] = {"mode": "none"}
    name = desk.segments[0]
    desk.place(name)
    outcome = desk.push(name)
    assert outcome.code == 0, str(outcome)
    assert "trunkline: warning:" in outcome.err, str(outcome)
    desk.expect_fetched(name)
