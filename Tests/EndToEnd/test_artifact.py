"""Any stream kept beside the backups: dumps, keys, the output of a command."""

import hashlib
import json
import re
import subprocess
import time

import pytest

from harness import process, workload
from harness.measure import peak_mib
from harness.sealed import TRAILER_BYTES
from harness.waiting import wait_for

STREAM_MIB = 200
PEAK_MIB_MAX = 160  # A part of the stream, whatever its length.


@pytest.fixture
def tool(vault):
    """A configuration with a repository that has no artifacts yet."""
    return vault().tool


def put(tool, name, content, *words, check=True):
    return tool.run("artifact", "put", name, *words, input=content, check=check)


def get(tool, name, *words):
    """Bytes: what a pipe would carry."""
    done = subprocess.run([str(tool.program), "artifact", "get", name, *words, "--config", str(tool.config)],
                          cwd=tool.home, env=process.environment(tool.home), stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=60, **tool.account.popen_arguments())
    return done.returncode, done.stdout, done.stderr.decode()


def versions(tool, *words):
    return json.loads(tool.run("artifact", "list", *words, "--json", check=True).out)["artifacts"]


@pytest.mark.parametrize("store", ["local", "moto"])
def test_a_dump_through_pipes_and_back(stage, repository, store):
    server, tool = stage.primary(15, repository(store))
    workload.prepare(server)
    workload.mark(server, 1)
    connection = f"-h {server.sockets} -U postgres"
    dump, load = server.installation["pg_dump"], server.installation["pg_restore"]
    shell(tool, f"{dump} -Fc {connection} postgres | {tool.program} artifact put nightly --config {tool.config}")
    server.sql("create database copy")
    shell(tool, f"{tool.program} artifact get nightly --config {tool.config} | {load} {connection} -d copy")
    copied = server.program("psql", "-XAtqd", "copy", "-c", "select count(*) from pgbench_accounts, mark")
    assert copied.out.strip() == "100000"


def shell(tool, line):
    return process.run(["/bin/bash", "-c", f"set -euo pipefail; {line}"], tool.account, tool.home, check=True)


@pytest.mark.parametrize("length", [0, 1, 131072, 131073, 5_000_000])
def test_what_goes_in_comes_out(tool, length):
    content = hashlib.shake_128(b"seed").digest(length)
    put(tool, "stream", content)
    assert get(tool, "stream")[:2] == (0, content)


def test_versions_and_their_list(tool):
    for number in range(3):
        put(tool, "notes", b"version %d" % number, "--content-type", "text/plain")
        wait_for_next_second()
    put(tool, "keys", b"another")
    found = versions(tool, "notes")
    assert len(found) == 3 and {entry["name"] for entry in found} == {"notes"}
    assert {entry["contentType"] for entry in found} == {"text/plain"}
    assert [entry["bytes"] for entry in found] == [9, 9, 9]
    ids = sorted(entry["id"] for entry in found)
    assert [get(tool, "notes", "--version", one)[1] for one in ids] == [b"version %d" % number for number in range(3)]
    assert get(tool, "notes")[1] == b"version 2", "the newest"
    assert {entry["name"] for entry in versions(tool)} == {"notes", "keys"}
    listed = tool.run("artifact", "list", check=True).out
    assert "notes" in listed and max(len(line) for line in listed.splitlines()) <= 100, listed
    names = {key.rsplit("/", 1)[-1] for key in tool.keys_of("artifacts")}
    assert names == {"stream", "record"}


def wait_for_next_second():
    """Versions go by the second."""
    now = int(time.time())
    wait_for("the clock to move on", lambda: int(time.time()) > now)


def test_the_output_of_a_command(tool):
    tool.run("artifact", "put", "greeting", "--command", "echo hello; echo world", check=True)
    assert get(tool, "greeting")[1] == b"hello\nworld\n"


@pytest.mark.parametrize("command", ["head -c 3000000 /dev/urandom; exit 3", "echo half; kill -9 $$", "no-such-program",
                                     "set -o pipefail; false | cat"])
def test_a_command_that_fails_midway_is_not_stored(tool, command):
    """The usual accident of `pg_dump | store`: half a dump under the name of a whole one."""
    outcome = tool.run("artifact", "put", "dump", "--command", command)
    assert 0 < outcome.code <= 125 and "trunkline: error:" in outcome.err, str(outcome)
    assert versions(tool) == []
    assert get(tool, "dump")[0] != 0
    tool.run("artifact", "put", "dump", "--command", "echo whole", check=True)
    assert get(tool, "dump")[1] == b"whole\n"


def test_killed_in_the_middle(tool):
    taken = tool.home / "taken"
    command = f"head -c 9000000 /dev/urandom; touch {taken}; sleep 5"
    running = tool.begin("artifact", "put", "dump", "--command", command)
    wait_for("the stream to be on its way", taken.exists)
    running.kill()
    assert versions(tool) == []
    put(tool, "dump", b"whole")
    assert get(tool, "dump")[1] == b"whole"


def test_what_is_not_there(tool):
    put(tool, "there", b"content")
    code, out, err = get(tool, "missing")
    assert (code, out) == (1, b"") and "missing" in err, err
    code, out, err = get(tool, "there", "--version", "20010101T000000Z-00000000")
    assert (code, out) == (1, b""), err


@pytest.mark.parametrize("name", ["", "..", "a/../b", "/absolute", "sp ace", "x" * 300, ".hidden"])
def test_names_that_are_refused(tool, name):
    outcome = put(tool, name, b"content", check=False)
    assert 1 < outcome.code <= 125, str(outcome)
    assert tool.keys_of("artifacts") == []


def test_damage_is_an_error_and_no_output_looks_whole(tool):
    content = hashlib.shake_128(b"seed").digest(3_000_000)
    put(tool, "dump", content)
    (key,) = [key for key in tool.keys_of("artifacts") if key.endswith("/stream")]
    sealed = bytearray(tool.repository.read(key))
    for at in (200, len(sealed) // 2, len(sealed) - 20):
        damaged = bytearray(sealed)
        damaged[at] ^= 1
        tool.repository.write(key, bytes(damaged))
        code, out, err = get(tool, "dump")
        assert code > 1 and "trunkline: error:" in err, err
        assert content.startswith(out), "nothing that was not there"
        assert len(out) < len(content) or at > len(sealed) - TRAILER_BYTES, "the signature comes at the very end"


def test_a_closed_reader(tool):
    put(tool, "dump", bytes(20_000_000))
    get_dump = f"{tool.program} artifact get dump --config {tool.config}"
    done = process.run(["/bin/bash", "-c", f'{get_dump} | head -c 10 | wc -c; exit "${{PIPESTATUS[0]}}"'],
                       tool.account, tool.home)
    assert done.out.strip() == "10" and done.code < 128, str(done)


def test_a_big_stream_needs_little_memory(tool):
    sums = tool.home / "sums"
    source = f"head -c {STREAM_MIB}M /dev/urandom | tee >(sha256sum > {sums})"
    stored = shell(tool, f"{source} | /usr/bin/time -v {tool.program} artifact put big --config {tool.config}")
    fetched = shell(tool, f"/usr/bin/time -v {tool.program} artifact get big --config {tool.config} | sha256sum")
    assert fetched.out.split()[0] == re.match(r"\w+", sums.read_text()).group()
    print(f"put {peak_mib(stored):.0f} MiB, get {peak_mib(fetched):.0f} MiB")
    assert peak_mib(stored) < PEAK_MIB_MAX and peak_mib(fetched) < PEAK_MIB_MAX


def test_on_another_machine(tool):
    put(tool, "dump", b"content")
    outcome = tool.run_bare("artifact", "get", "dump", check=True)
    assert outcome.out == "content"
    assert "dump" in tool.run_bare("artifact", "list", check=True).out


def test_verification_includes_artifacts(tool):
    put(tool, "dump", b"content" * 1000)
    assert tool.run("verify", "--all").code == 0
    (key,) = [key for key in tool.keys_of("artifacts") if key.endswith("/stream")]
    content = bytearray(tool.repository.read(key))
    content[len(content) // 2] ^= 1
    tool.repository.write(key, bytes(content))
    outcome = tool.run("verify", "--all")
    assert outcome.code == 1 and key in outcome.out + outcome.err, str(outcome)
