"""The independent reader agrees with every vector of Tests/Vectors."""

import base64, io, json, pathlib, subprocess, sys

import nacl.exceptions
import pytest

import trunkline_read as reader

HERE = pathlib.Path(__file__).resolve().parent
VECTORS = HERE.parents[1] / "Tests" / "Vectors"


def vectors(folder):
    files = sorted((VECTORS / folder).glob("*.json"))
    assert files
    return [pytest.param(json.loads(path.read_text()), id=path.stem) for path in files]


def key(text, kind):
    return reader.parse_key(text, kind)[1] if text else None


def keys(texts, kind):
    return [key(text, kind) for text in texts]


@pytest.mark.parametrize("vector", vectors("stream"))
def test_stream(vector):
    sink, outcome = io.BytesIO(), "success"
    try:
        reader.read_stream(
            io.BytesIO(base64.b64decode(vector["object"])),
            sink,
            vector["name"],
            keys(vector["identities"], "identity"),
            key(vector["digestKey"], "digest-key"),
            keys(vector["signers"], "signer"),
            vector["acceptUnencrypted"],
        )
    except reader.Refused as refusal:
        outcome = refusal.failure
    assert outcome == vector["outcome"]
    if outcome == "success":
        content = sink.getvalue()
        assert len(content) == vector["content"]["byteCount"]
        assert reader.blake2b(content).hex() == vector["content"]["blake2b256"]


def check_recipient(public_key):
    """Nothing can be sealed to a point of small order: the shared secret would be zero."""
    try:
        reader.sodium.crypto_scalarmult(bytes([1] * 32), public_key)
    except nacl.exceptions.CryptoError:
        raise reader.Refused("badKey", "a point of small order") from None


@pytest.mark.parametrize("vector", vectors("keys"))
def test_key(vector):
    outcome = "success"
    try:
        _, octets = reader.parse_key(vector["text"], vector["kind"])
        if vector["kind"] == "recipient":
            check_recipient(octets)
        elif vector["kind"] == "signer":
            reader.check(reader.sodium.crypto_core_ed25519_is_valid_point(octets), "badKey", "no point")
        elif vector["kind"] == "signing-key":
            public, _ = reader.sodium.crypto_sign_seed_keypair(octets)
            assert public == key(vector["public"], "signer")
        elif vector["kind"] in ("identity", "locked-identity"):
            if vector["kind"] == "locked-identity":
                octets = reader.unlock(octets, (vector["passphrase"] or "").encode())
            assert reader.sodium.crypto_scalarmult_base(octets) == key(vector["public"], "recipient")
    except reader.Refused as refusal:
        outcome = refusal.failure
    assert outcome == vector["outcome"]


def compare(trailer, object_length, name, digest_key, content, block_bytes, signers):
    """Same or different content, by the last bytes of an object alone (docs/FORMAT.md, "Comparing")."""
    reader.check(len(trailer) == reader.TRAILER, "badTrailer", "wrong length")
    reader.check_trailer_alone(trailer)
    length, sealed_length = int.from_bytes(trailer[8:16], "little"), int.from_bytes(trailer[16:24], "little")
    reader.check(sealed_length + reader.TRAILER == object_length, "lengthMismatch", "the object has another length")
    reader.check_signature(trailer, name, signers)
    if length != len(content):
        return "different"
    if not digest_key or trailer[64:80] != reader.digest_key_fingerprint(digest_key):
        return "unknownKey"
    digest = reader.ContentDigest(digest_key, name)
    for start in range(0, len(content), block_bytes):
        digest.update(content[start : start + block_bytes])
    return "same" if trailer[32:64] == digest.finish(len(content)) else "different"


@pytest.mark.parametrize("vector", vectors("compare"))
def test_compare(vector):
    try:
        outcome = compare(
            bytes.fromhex(vector["trailer"]),
            vector["objectByteCount"],
            vector["name"],
            key(vector["digestKey"], "digest-key"),
            base64.b64decode(vector["content"]),
            vector["blockByteCount"],
            keys(vector["signers"], "signer"),
        )
    except reader.Refused as refusal:
        outcome = refusal.failure
    assert outcome == vector["outcome"]


def run(tmp_path, vector, *options):
    (tmp_path / "object").write_bytes(base64.b64decode(vector["object"]))
    (tmp_path / "identity").write_text("# a comment\n\n" + "\n".join(vector["identities"]) + "\n")
    return subprocess.run(
        [
            sys.executable,
            HERE / "trunkline_read.py",
            "--identity",
            tmp_path / "identity",
            "--name",
            vector["name"],
            *options,
            tmp_path / "object",
            tmp_path / "output",
        ],
        capture_output=True,
        text=True,
    )


def load(name):
    return json.loads((VECTORS / "stream" / f"{name}.json").read_text())


def test_command_opens(tmp_path):
    vector = load("success-many-blocks")
    (tmp_path / "digest").write_text(vector["digestKey"] + "\n")
    assert run(tmp_path, vector, "--signer", vector["signers"][0], "--digest-key", tmp_path / "digest").returncode == 0
    assert reader.blake2b((tmp_path / "output").read_bytes()).hex() == vector["content"]["blake2b256"]


def test_command_leaves_nothing_behind(tmp_path):
    done = run(tmp_path, load("badTrailer-tags"))
    assert done.returncode == 1 and "badTrailer" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["identity", "object"]
