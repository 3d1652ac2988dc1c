"""The independent reader of base backups agrees with every vector, and its command restores."""

import base64, io, json, pathlib, random, subprocess, sys

import pytest

import trunkline_restore as restorer
from test_vectors import VECTORS, keys, vectors
from trunkline_read import Refused, blake2b
from trunkline_write_backup import Manifest, file

HERE = pathlib.Path(__file__).resolve().parent


def outcome_of(body):
    try:
        body()
        return "success"
    except Refused as refusal:
        return refusal.failure


@pytest.mark.parametrize("vector", vectors("manifest"))
def test_manifest(vector):
    assert outcome_of(lambda: restorer.Manifest(bytes.fromhex(vector["content"]))) == vector["outcome"]


@pytest.mark.parametrize("vector", vectors("pack"))
def test_pack_directory(vector):
    found = []
    directory = bytes.fromhex(vector["directory"])
    outcome = outcome_of(
        lambda: found.extend(restorer.parse_pack_directory(directory, vector["objectByteCount"]))
    )
    assert outcome == vector["outcome"]
    assert [list(chapter) for chapter in found] == vector.get("chapters", [])


@pytest.mark.parametrize("vector", vectors("record"))
def test_record(vector):
    read = {"begun": restorer.parse_begun, "summary": restorer.parse_summary}[vector["kind"]]
    _, cluster, _, backup, _ = vector["name"].split("/")
    assert outcome_of(lambda: read(vector["content"].encode(), cluster, backup)) == vector["outcome"]


def test_long_records_are_refused():
    content = json.loads((VECTORS / "record/success-begun-none.json").read_text())["content"].encode()
    cluster, backup = "main", json.loads(content)["backup"]
    padded = content.ljust(1 << 20)
    restorer.parse_begun(padded, cluster, backup)
    assert outcome_of(lambda: restorer.parse_begun(padded + b" ", cluster, backup)) == "badRecord"


@pytest.mark.parametrize("vector", vectors("backup"))
def test_backup(vector):
    def read(name, offset=0, length=None):
        if name not in vector["objects"]:
            raise Refused("missingObject", name)
        octets = base64.b64decode(vector["objects"][name])
        return octets[offset:] if length is None else octets[offset : offset + length]

    files = {}

    def restore():
        backup = restorer.Backup(
            read,
            vector["cluster"],
            vector["backup"],
            keys(vector["identities"], "identity"),
            keys(vector["signers"], "signer"),
            vector["acceptUnencrypted"],
        )
        for item in backup.manifest.files:
            sink = io.BytesIO()
            backup.write(item, sink)
            content = sink.getvalue().ljust(item.size, b"\0")
            hash = blake2b(content).hex()
            files[item.path.decode()] = {"mode": item.mode, "byteCount": len(content), "blake2b256": hash}

    assert outcome_of(restore) == vector["outcome"]
    if vector["outcome"] == "success":
        assert files == vector["files"]


@pytest.mark.parametrize("name", ["example", "empty"])
def test_no_damage_of_a_manifest_is_worse_than_a_refusal(name):
    content = bytes.fromhex(json.loads((VECTORS / f"manifest/success-{name}.json").read_text())["content"])
    for cut in range(len(content)):
        assert outcome_of(lambda: restorer.Manifest(content[:cut])) in ("badManifest", "notAManifest")
    for place in range(len(content)):
        damaged = bytearray(content)
        damaged[place] ^= 1 << place % 8
        outcome_of(lambda: restorer.Manifest(bytes(damaged)))


def test_a_written_manifest_is_read_as_it_was():
    draw = random.Random(17)
    manifest = Manifest()
    manifest.directories = [(f"d{i:03}", draw.randrange(0o10000)) for i in range(100)]
    manifest.files = []
    for folder, _ in manifest.directories:
        for number in range(draw.randrange(5)):
            content = bytes(draw.randrange(300_000))
            pieces = [(len(content), None, 0)] if content else []
            manifest.files.append(file(f"{folder}/f{number}", content, pieces))
    read = restorer.Manifest(manifest.encode())
    assert read.directories == [(path.encode(), mode) for path, mode in manifest.directories]
    for found, made in zip(read.files, manifest.files, strict=True):
        assert (found.path.decode(), found.size, found.checksum) == (made["path"], made["size"], made["checksum"])
        assert found.hashes == made["hashes"]


@pytest.mark.parametrize("content, value", [(b"", 0), (b"123456789", 0xE3069283), (bytes(32), 0x8A9136AA)])
def test_checksum(content, value):
    for cut in range(0, len(content) + 1, 3):
        checksum = restorer.Checksum()
        checksum.update(content[:cut])
        checksum.update(content[cut:])
        assert checksum.value == value


# The command.


def lay_out(tmp_path, name):
    vector = json.loads((VECTORS / f"backup/{name}.json").read_text())
    repository = tmp_path / "repository"
    for key, octets in vector["objects"].items():
        (repository / key).parent.mkdir(parents=True, exist_ok=True)
        (repository / key).write_bytes(base64.b64decode(octets))
    (repository / "trunkline.json").write_text('{"format":1,"repository":"00","created":"2026-11-01T00:00:00Z"}\n')
    (tmp_path / "identity").write_text("\n".join(vector["identities"]) + "\n")
    return vector


def run(tmp_path, vector, *options, backup=None):
    command = [sys.executable, HERE / "trunkline_restore.py", tmp_path / "repository", vector["cluster"]]
    command += [backup or vector["backup"], "--identity", tmp_path / "identity", "--to", tmp_path / "restored"]
    command += [word for signer in vector["signers"] for word in ("--signer", signer)]
    return subprocess.run([*command, *options], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("backup", [None, "latest"])
def test_command_restores(tmp_path, backup):
    vector = lay_out(tmp_path, "success-encrypted")
    done = run(tmp_path, vector, backup=backup)
    assert done.returncode == 0, done.stderr
    root = tmp_path / "restored"
    for path, expected in vector["files"].items():
        content = (root / path).read_bytes()
        assert (len(content), blake2b(content).hex()) == (expected["byteCount"], expected["blake2b256"])
        assert (root / path).stat().st_mode & 0o777 == expected["mode"]
    assert (root / "backup_label").read_bytes().startswith(b"START WAL LOCATION")
    assert (root / "pg_tblspc/16400").is_dir() and not (root / "pg_tblspc/16400").is_symlink()
    assert root.stat().st_mode & 0o777 == 0o750
    found = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    assert found == {*vector["files"], "backup_label"}


def test_command_says_when_nobody_vouches(tmp_path):
    vector = lay_out(tmp_path, "success-unsigned")
    done = run(tmp_path, vector)
    assert done.returncode == 0 and "not known" in done.stderr


@pytest.mark.parametrize("name, failure", [
    ("wrongChapter-forged", "wrongChapter"), ("missingObject-pack", "missingObject"),
    ("noMatchingIdentity-foreign", "noMatchingIdentity"), ("notEncrypted-chapters", "notEncrypted"),
])
def test_command_refuses(tmp_path, name, failure):
    done = run(tmp_path, lay_out(tmp_path, name))
    assert done.returncode == 1 and failure in done.stderr
    assert not (tmp_path / "restored/global/pg_control").exists()


def test_command_restores_into_an_empty_directory_only(tmp_path):
    vector = lay_out(tmp_path, "success-encrypted")
    (tmp_path / "restored").mkdir()
    (tmp_path / "restored/x").write_text("")
    done = run(tmp_path, vector)
    assert done.returncode == 1 and "notEmpty" in done.stderr


def test_command_needs_a_repository_and_names(tmp_path):
    vector = lay_out(tmp_path, "success-encrypted")
    assert run(tmp_path, vector, backup="../x").returncode == 2
    (tmp_path / "repository/trunkline.json").unlink()
    assert run(tmp_path, vector).returncode == 1
