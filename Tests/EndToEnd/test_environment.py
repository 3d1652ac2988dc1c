"""The command is run by servers, containers and init systems that give it next to nothing."""

import os
import subprocess

from harness.modes import AGENT, DIRECT
from harness.parameters import modes


@modes(DIRECT, AGENT)
def test_an_empty_environment_is_enough(desk, repository):
    desk = desk(repository("moto"))
    name = desk.segments[0]
    desk.place(name)
    outcome = desk.push(name, env={"PATH": "", "HOME": "", "LC_ALL": "", "TZ": ""})
    assert outcome.code == 0, str(outcome)
    done = subprocess.run(
        [str(word) for word in desk.tool.wal_words("fetch", name, "by-hand")],
        cwd=desk.folder, env={}, capture_output=True, timeout=60, **desk.account.popen_arguments())
    assert done.returncode == 0, done.stderr
    assert (desk.folder / "by-hand").read_bytes() == desk.specimen.content(name)


@modes(DIRECT, AGENT)
def test_closed_descriptors_do_no_harm(desk, repository):
    """With 0, 1 and 2 closed, the first files the program opens get these numbers: nothing may be printed into them."""
    desk = desk(repository("local"))
    name = desk.segments[0]
    desk.place(name)
    script = f'exec {" ".join(map(str, desk.tool.wal_words("push", f"pg_wal/{name}")))} <&- >&- 2>&-'
    done = subprocess.run(["/bin/sh", "-c", script], cwd=desk.folder, env={}, timeout=60,
                          **desk.account.popen_arguments())
    assert done.returncode == 0
    desk.expect_fetched(name)


def test_a_closed_reader_does_not_kill_it(desk, repository):
    desk = desk(repository("local"))
    desk.place_and_push(*desk.segments[:2])
    script = f'"{desk.tool.program}" wal list --config "{desk.tool.config}" | true; exit "${{PIPESTATUS[0]}}"'
    done = subprocess.run(["/bin/bash", "-c", script], cwd=desk.folder, env={"PATH": "/bin"}, timeout=60,
                          capture_output=True, **desk.account.popen_arguments())
    assert done.returncode < 128, done.stderr


def test_a_full_disk_is_an_ordinary_failure(desk, repository):
    """The limit on file sizes stands in for the disk: EFBIG where ENOSPC would be. Of the process that has it alone."""
    desk = desk(repository("local"))
    name, other = desk.segments[2:4]  # The first ones are nearly empty, and small when sealed.
    desk.place_and_push(name)
    desk.place(other)
    script = f'ulimit -f 8; exec "{desk.tool.program}" "$@" --config "{desk.tool.config}"'
    for words in (["wal", "push", f"pg_wal/{other}"], ["wal", "fetch", name, "by-hand"]):
        done = subprocess.run(["/bin/bash", "-c", script, "bash", *words], cwd=desk.folder, env={}, timeout=90,
                              capture_output=True, **desk.account.popen_arguments())
        assert 1 < done.returncode <= 125, done.stderr
    assert not (desk.folder / "by-hand").exists()
    desk.expect_missing(other)
    assert [name for name in os.listdir(desk.folder) if name.startswith(".")] == []


@modes(DIRECT, AGENT)
def test_restored_files_are_private(desk, repository):
    desk = desk(repository("local"))
    desk.place_and_push(desk.segments[0])
    desk.expect_fetched(desk.segments[0])
    assert (desk.folder / "by-hand").stat().st_mode & 0o777 == 0o600


@modes(DIRECT, AGENT)
def test_local_objects_are_for_owner_and_group(desk, repository):
    place = repository("local")
    desk = desk(place)
    desk.place_and_push(desk.segments[0])
    for path in place.folder.rglob("*"):
        expected = 0o750 if path.is_dir() else 0o640
        assert path.stat().st_mode & 0o777 == expected, path
