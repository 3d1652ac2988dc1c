"""`trunkline verify`: finds every kind of damage in the repository, and names the object."""

import random

import pytest

from harness.tree import flip

FOUND = 1
EVERYTHING = ("--all", "--wal")
SEED = 20261125


def flip_in(repository, key, at=0.5):
    content = bytearray(repository.read(key))
    content[int(len(content) * at)] ^= 1
    repository.write(key, bytes(content))


def one_of(vault, kind):
    """A key to damage: the largest of its kind."""
    tool = vault.tool
    keys = {
        "pack": lambda: vault.packs,
        "manifest": lambda: [key for key in tool.keys_of("backups") if key.endswith("/manifest")],
        "summary": lambda: [key for key in tool.keys_of("backups") if key.endswith("/summary")],
        "wal": lambda: tool.wal_keys(),
    }[kind]()
    return max(keys, key=lambda key: len(tool.repository.read(key)))


def expect_found(vault, key, *words):
    outcome = vault.tool.run("verify", *(words or EVERYTHING))
    assert outcome.code == FOUND, str(outcome)
    assert key in outcome.out + outcome.err, str(outcome)
    return outcome


def expect_fine(vault, *words):
    outcome = vault.tool.run("verify", *words)
    assert outcome.code == 0, str(outcome)
    return outcome


@pytest.mark.parametrize("words", [(), EVERYTHING, ("--structure",), ("--wal",), ("--all",)], ids=" ".join)
def test_a_good_repository_is_fine(vault, words):
    vault = vault()
    outcome = expect_fine(vault, *words)
    assert max(len(line) for line in outcome.out.splitlines()) <= 100, str(outcome)
    expect_fine(vault, *words, "--json")


def test_one_backup(vault):
    vault = vault()
    expect_fine(vault, vault.first["id"])
    flip_in(vault.tool.repository, max(vault.tool.keys_of("packs", vault.second["id"])))
    expect_fine(vault, vault.first["id"])
    expect_found(vault, vault.second["id"], vault.second["id"])


@pytest.mark.parametrize("kind", ["pack", "manifest", "summary", "wal"])
def test_a_flipped_bit(vault, kind):
    vault = vault()
    key = one_of(vault, kind)
    for at in (0.0, 0.02, 0.5, 0.999):
        intact = vault.tool.repository.read(key)
        flip_in(vault.tool.repository, key, at)
        expect_found(vault, key)
        vault.tool.repository.write(key, intact)
    expect_fine(vault, *EVERYTHING)


@pytest.mark.parametrize("kind", ["pack", "manifest", "wal"])
def test_a_missing_object(vault, kind):
    vault = vault()
    key = vault.tool.key_of(vault.points[6].segment) if kind == "wal" else one_of(vault, kind)
    vault.tool.repository.delete(key)
    outcome = vault.tool.run("verify", *EVERYTHING)
    assert outcome.code == FOUND, str(outcome)
    assert key.rsplit("/", 1)[-1] in outcome.out + outcome.err, str(outcome)
    assert vault.tool.run("verify", "--structure", *EVERYTHING).code == FOUND, "which needs no reading"


@pytest.mark.parametrize("kind", ["pack", "manifest", "summary", "wal"])
def test_a_truncated_object(vault, kind):
    vault = vault()
    key = one_of(vault, kind)
    content = vault.tool.repository.read(key)
    vault.tool.repository.write(key, content[:-100])
    expect_found(vault, key)


def test_a_pack_in_anothers_place(vault):
    """Both are genuine; each is where the other belongs."""
    vault = vault()
    place, (one, *_, other) = vault.tool.repository, vault.packs
    first, second = place.read(one), place.read(other)
    place.write(one, second)
    place.write(other, first)
    expect_found(vault, one)


def test_an_object_that_belongs_to_nothing(vault):
    vault = vault()
    place = vault.tool.repository
    stranger = f"{vault.packs[0].rsplit('/', 1)[0]}/000099"
    place.write(stranger, place.read(vault.packs[0]))
    expect_found(vault, stranger)
    place.delete(stranger)
    nonsense = f"{vault.packs[0].split('/packs/')[0]}/notes.txt"
    place.write(nonsense, b"remember the milk")
    assert nonsense in expect_fine(vault, *EVERYTHING).out, "a newer version may know what it is: no damage"


def test_what_an_interrupted_backup_left_is_no_damage(vault):
    """Something is begun and never finished: said, but nothing is wrong with what is complete."""
    vault = vault()
    for name in ("manifest", "summary"):
        (key,) = [key for key in vault.tool.keys_of("backups", vault.second["id"]) if key.endswith(name)]
        vault.tool.repository.delete(key)
    expect_fine(vault, *EVERYTHING)


def test_a_gap_in_the_wal(vault):
    vault = vault()
    segment = vault.points[6].segment
    vault.tool.repository.delete(vault.tool.key_of(segment))
    outcome = expect_found(vault, segment, "--wal")
    assert "GAP" in outcome.out.upper() or "gap" in outcome.err, str(outcome)


def test_what_was_verified_lately_is_not_read_again(vault):
    """--max-age remembers what was found good, and when."""
    vault = vault()
    expect_fine(vault, *EVERYTHING, "--max-age", "1d")
    key = one_of(vault, "pack")
    flip(vault.tool.repository.folder / key, 5000)  # Leaves its times alone, as a failing disk does.
    expect_fine(vault, *EVERYTHING, "--max-age", "1d")
    expect_found(vault, key, *EVERYTHING)
    expect_found(vault, key, *EVERYTHING, "--max-age", "1d")  # It has been found bad since.


def test_an_object_that_changed_is_read_whatever_its_age(vault):
    vault = vault()
    expect_fine(vault, *EVERYTHING, "--max-age", "1d")
    key = one_of(vault, "pack")
    flip_in(vault.tool.repository, key)
    expect_found(vault, key, *EVERYTHING, "--max-age", "1d")


def test_a_sample_gets_round_to_everything(vault):
    """A part each time, those first whose last time is longest ago: in the end nothing is left out."""
    vault = vault()
    key = random.Random(SEED).choice(vault.packs + vault.tool.wal_keys())
    flip_in(vault.tool.repository, key)
    codes = [vault.tool.run("verify", *EVERYTHING, "--sample", "34").code for _ in range(4)]
    assert set(codes) <= {0, FOUND} and FOUND in codes, codes


def test_without_an_identity_only_the_structure(vault):
    vault = vault()
    with vault.tool.edit() as settings:
        settings["encryption"].pop("identity")
    outcome = expect_fine(vault, *EVERYTHING)
    assert "structure" in outcome.out + outcome.err, str(outcome)
    key = one_of(vault, "pack")
    content = vault.tool.repository.read(key)
    vault.tool.repository.write(key, content[:-1])
    expect_found(vault, key)
    vault.tool.repository.delete(key)
    assert vault.tool.run("verify", *EVERYTHING).code == FOUND


def test_on_another_machine(vault):
    vault = vault()
    outcome = vault.tool.run_bare("verify", *EVERYTHING)
    assert outcome.code == 0, str(outcome)


def test_an_unreachable_repository_is_not_damage(vault):
    vault = vault()
    vault.tool.repository.unmount()
    outcome = vault.tool.run("verify", *EVERYTHING)
    assert 1 < outcome.code <= 125, str(outcome)
