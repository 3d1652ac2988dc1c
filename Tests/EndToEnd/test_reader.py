"""The independent reader in contrib/format-reader: docs/FORMAT.md is enough to get the data back."""

import pathlib
import subprocess
import sys

import pytest

from harness import workload
from harness.vault import LAST_MARK

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "contrib/format-reader"
READER, RESTORER = FOLDER / "trunkline_read.py", FOLDER / "trunkline_restore.py"


def read(tool, key, name=None, words=("--identity",)):
    """Outcome and content, None when the reader left nothing."""
    source, target = tool.home / "object", tool.home / "content"
    source.write_bytes(tool.repository.read(key))
    target.unlink(missing_ok=True)
    options = [str(tool.identity)] if words == ("--identity",) else []
    with tool.edit() as settings:
        digest_key = settings["encryption"].get("digest-key")
    if digest_key:
        options = [*options, "--digest-key", digest_key]
    command = [sys.executable, str(READER), *words, *options, "--name", name or key, str(source), str(target)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return done, target.read_bytes() if target.exists() else None


@pytest.mark.parametrize("store, segment_mib", [("local", 1), ("moto", 1), ("ceph-rgw", 16)], ids=str)
def test_the_reader_opens_what_the_program_wrote(desk, repository, store, segment_mib):
    desk = desk(repository(store), segment_mib=segment_mib)
    names = [desk.segments[0], *(desk.specimen.one(suffix) for suffix in (".history", ".backup", ".partial"))]
    desk.place_and_push(*names)
    for name in names:
        done, content = read(desk.tool, desk.tool.key_of(name))
        assert done.returncode == 0, done.stdout + done.stderr
        assert content == desk.specimen.content(name)


def test_the_reader_refuses_another_name_and_damage(desk, repository):
    desk = desk(repository("local"))
    desk.place_and_push(*desk.segments[:2])
    key, other = (desk.tool.key_of(name) for name in desk.segments[:2])
    done, content = read(desk.tool, key, name=other)
    assert (done.returncode, content) == (1, None), done.stdout + done.stderr
    damaged = bytearray(desk.tool.repository.read(key))
    damaged[-1] ^= 1
    desk.tool.repository.write(key, bytes(damaged))
    done, content = read(desk.tool, key)
    assert (done.returncode, content) == (1, None), done.stdout + done.stderr


def test_the_reader_opens_an_unencrypted_stream_only_when_told(desk, repository):
    desk = desk(repository("local"))
    with desk.tool.edit() as settings:
        settings["encryption"] = {"mode": "none"}
    desk.place_and_push(desk.segments[0])
    key = desk.tool.key_of(desk.segments[0])
    done, content = read(desk.tool, key, words=())
    assert (done.returncode, content) == (1, None), done.stdout + done.stderr
    done, content = read(desk.tool, key, words=("--accept-unencrypted",))
    assert done.returncode == 0, done.stdout + done.stderr
    assert content == desk.specimen.content(desk.segments[0])


@pytest.mark.parametrize("major", [15, 17])
def test_a_server_recovers_from_what_the_reader_restored(stage, vault, workplace, major):
    vault = vault(major)
    tool = vault.tool
    for name, backup in (("full", vault.first["id"]), ("incremental", vault.second["id"])):
        target = workplace / f"{name}-files"
        command = [sys.executable, str(RESTORER), str(tool.repository.folder), tool.cluster, backup]
        command += ["--identity", str(tool.identity), "--to", str(target)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        tool.account.own_tree(target)
        server = stage.restored(major, target, name, tool).start()
        assert workload.marks(server) == list(range(1, LAST_MARK + 1)), server.log_tail()
        workload.check_invariant(server)
        server.stop()
