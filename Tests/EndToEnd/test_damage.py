"""Damage and forgery: every kind is rejected with an error of its own, and nothing reaches PostgreSQL."""

import os
import random

import pytest

from harness.sealed import SLOT_BYTES, FIXED_BYTES, TRAILER_BYTES, header_bytes, messages
from harness.trunkline import TROUBLE_BY_HAND, TROUBLE_IN_RECOVERY

SEGMENT_MIB = 4
RANDOM_FLIPS = 20
SEED = int(os.environ.get("TRUNKLINE_TEST_SEED", "20261121"))


@pytest.fixture
def archived(desk, repository):
    """One segment in a local repository, large enough for several messages in its stream."""
    made = desk(repository("local"), segment_mib=SEGMENT_MIB)
    made.place_and_push(made.segments[0])
    with made.tool.edit() as settings:
        settings["wal"] |= {"fetch-deadline": 2, "prefetch": 0}
    made.key = made.tool.key_of(made.segments[0])
    made.sealed = made.tool.repository.read(made.key)
    assert len(messages(made.sealed)) > 2
    return made


def expect_rejected(desk, content, *words):
    """By hand and as PostgreSQL in recovery would ask."""
    desk.tool.repository.write(desk.key, content)
    outcome, got = desk.fetch_by_hand(desk.segments[0])
    assert (outcome.code, got) == (TROUBLE_BY_HAND, None), str(outcome)
    assert "trunkline: error:" in outcome.err and desk.segments[0] in outcome.err, str(outcome)
    for word in words:
        assert word in outcome.err, str(outcome)
    leftovers = [path.name for path in desk.folder.iterdir() if path.name.startswith((".", "by-hand"))]
    assert leftovers == [], leftovers
    return outcome


def expect_recovery_aborts(desk):
    desk.signal_file("recovery.signal")
    outcome, got = desk.fetch_as_server(desk.segments[0])
    assert (outcome.code, got) == (TROUBLE_IN_RECOVERY, None), str(outcome)
    desk.signal_file(None)


def interesting_offsets(content):
    """Of each part a few: fixed header, slots, lengths, messages, trailer. The unit tests take every byte."""
    header, trailer = header_bytes(content), len(content) - TRAILER_BYTES
    offsets = set(range(0, FIXED_BYTES, 3)) | set(range(FIXED_BYTES, header, 41)) | {header - 1}
    for start, end in (messages(content)[0], messages(content)[-1]):
        offsets |= {start, start + 3, start + 4, start + 5, (start + end) // 2, end - 17, end - 1}
    offsets |= set(range(trailer, len(content), 31)) | {len(content) - 1}
    print(f"seed {SEED}")
    return sorted(offsets | set(random.Random(SEED).sample(range(len(content)), RANDOM_FLIPS)))


def test_a_flipped_bit_anywhere_is_rejected(archived):
    for offset in interesting_offsets(archived.sealed):
        content = bytearray(archived.sealed)
        content[offset] ^= 1 << (offset % 8)
        expect_rejected(archived, bytes(content))
    expect_recovery_aborts(archived)


def test_a_truncated_object_is_rejected(archived):
    sealed = archived.sealed
    header, trailer = header_bytes(sealed), len(sealed) - TRAILER_BYTES
    lengths = {0, 1, 8, FIXED_BYTES, FIXED_BYTES + SLOT_BYTES, header - 1, header, trailer - 1, trailer, trailer + 1,
               len(sealed) - 1} | {end for _, end in messages(sealed)} | {end - 1 for _, end in messages(sealed)}
    for length in sorted(lengths - {len(sealed)}):
        expect_rejected(archived, sealed[:length])
    for start, end in messages(sealed):
        expect_rejected(archived, sealed[:start] + sealed[end:])
    expect_rejected(archived, sealed[:header] + sealed[trailer:])
    expect_recovery_aborts(archived)


def test_appended_bytes_are_rejected(archived):
    sealed = archived.sealed
    for extra in (b"\0", b"x" * TRAILER_BYTES, sealed[-TRAILER_BYTES:], sealed):
        expect_rejected(archived, sealed + extra)
    expect_rejected(archived, b"\0" + sealed)
    expect_recovery_aborts(archived)


def test_reordered_messages_are_rejected(archived):
    sealed = archived.sealed
    (a, b), (c, d) = messages(sealed)[1:3]
    expect_rejected(archived, sealed[:a] + sealed[c:d] + sealed[a:b] + sealed[d:])
    expect_rejected(archived, sealed[:b] + sealed[a:b] + sealed[b:])


def test_an_object_under_another_segments_name_is_rejected(archived):
    other = archived.segments[1]
    archived.place_and_push(other)
    swapped = archived.tool.repository.read(archived.tool.key_of(other))
    expect_rejected(archived, swapped)
    header = header_bytes(swapped)
    expect_rejected(archived, swapped[:header] + archived.sealed[header:])
    expect_rejected(archived, archived.sealed[:-TRAILER_BYTES] + swapped[-TRAILER_BYTES:])
    expect_recovery_aborts(archived)


def test_plain_wal_and_foreign_files_are_rejected(archived):
    for content in (archived.specimen.content(archived.segments[0]), b"", b"<html></html>", os.urandom(100_000)):
        expect_rejected(archived, content)


def test_a_foreign_identity_opens_nothing(archived):
    name = "foreign"
    archived.tool.run("key", "new", "--output", archived.tool.home / name, config=False, check=True)
    with archived.tool.edit() as settings:
        settings["encryption"]["identity"] = str(archived.tool.home / name)
    outcome = expect_rejected(archived, archived.sealed)
    assert "identity" in outcome.err, str(outcome)
    expect_recovery_aborts(archived)


def test_what_another_host_sealed_for_us_is_rejected_when_signers_are_named(archived, desk, repository):
    """Whoever may write to the bucket knows our recipient, but not our host's signing key."""
    forger = desk(repository("local", name="forged"), segment_mib=SEGMENT_MIB, name="forger")
    with archived.tool.edit() as mine:
        recipients = mine["encryption"]["recipients"]
    with forger.tool.edit() as settings:
        settings["encryption"]["recipients"] = recipients
        settings["encryption"].pop("digest-key", None)
    forger.place_and_push(forger.segments[0])
    forged = forger.tool.repository.read(forger.tool.key_of(forger.segments[0]))
    assert header_bytes(forged)
    if signer := own_signer(archived):
        with archived.tool.edit() as settings:
            settings["encryption"]["signers"] = [signer]
        archived.expect_fetched(archived.segments[0])
        expect_rejected(archived, forged)


def own_signer(desk):
    """The public half of the host's signing key, as `key show` prints it."""
    with desk.tool.edit() as settings:
        signing_key = settings["encryption"].get("signing-key")
    if not signing_key:
        return None
    out = desk.tool.run("key", "show", signing_key, config=False, check=True).out
    words = [word for word in out.replace('"', " ").split() if word.startswith("trunkline-signer-")]
    return words[0]


def test_each_damage_has_its_own_error(archived):
    """A person can tell from the message what happened."""
    sealed = archived.sealed
    header = header_bytes(sealed)
    flipped = bytearray(sealed)
    flipped[header + 40] ^= 1
    version = bytearray(sealed)
    version[8] = 200
    said = {
        "nothing of ours": expect_rejected(archived, b"x" * 5000).err,
        "another version": expect_rejected(archived, bytes(version)).err,
        "a flipped bit": expect_rejected(archived, bytes(flipped)).err,
        "truncated": expect_rejected(archived, sealed[:len(sealed) // 2]).err,
        "something after it": expect_rejected(archived, sealed + b"more").err,
    }
    first_lines = {what: err.splitlines()[0] for what, err in said.items()}
    assert len(set(first_lines.values())) == len(first_lines), first_lines
