"""`trunkline backup` itself: what it says, what it stores, and what it refuses."""

import re

import pytest

from harness import process, workload
from harness.measure import memory_bound_mib, peak_mib

ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")
LSN = re.compile(r"[0-9A-F]+/[0-9A-F]+")
REPORT = {"id", "startLSN", "stopLSN", "timeline", "files", "bytes", "readBytes", "storedBytes", "reusedBytes",
          "resumedBytes", "method", "base", "pageErrors", "seconds", "warnings"}
# At the rate of the test a backup takes so long. The limit lends a second at the beginning, and nobody waits for what
# comes last: a chapter at most, of 1 MiB of content and what sealing adds.
LIMITED_SECONDS = 6
CREDIT_SECONDS = 1
CHAPTER_BYTES_MAX = 17 << 16


@pytest.fixture
def quiet(stage, repository):
    """A server that nobody uses: (server, trunkline)."""
    server, tool = stage.primary(15, repository("local"))
    workload.prepare(server)
    return server, tool


def expect_refused(outcome, *words):
    assert 1 < outcome.code <= 125, str(outcome)
    assert "trunkline: error:" in outcome.err, str(outcome)
    for word in words:
        assert word in outcome.err, str(outcome)


def test_a_backup_tells_what_it_did(quiet):
    server, tool = quiet
    report = tool.backup()
    assert REPORT <= report.keys()
    assert ID.fullmatch(report["id"]) and LSN.fullmatch(report["startLSN"]) and LSN.fullmatch(report["stopLSN"])
    assert (report["timeline"], report["method"], report["base"]) == (1, "full", None)
    assert (report["pageErrors"], report["warnings"], report["resumedBytes"]) == ([], [], 0)
    assert report["files"] > 500
    assert 0 < report["storedBytes"] < report["bytes"]
    assert report["bytes"] <= report["readBytes"] <= report["bytes"] * 1.1
    assert server.sql(f"select pg_wal_lsn_diff('{report['stopLSN']}', '{report['startLSN']}') > 0") == "t"


def test_the_first_line_for_people_is_the_id(quiet):
    _, tool = quiet
    outcome = tool.run("backup", check=True)
    (backup,) = tool.backups()
    assert outcome.out.splitlines()[0] == f"backup {backup['id']}", str(outcome)
    assert max(len(line) for line in outcome.out.splitlines()) <= 100, str(outcome)


@pytest.mark.parametrize("store", ["local", "moto"])
def test_what_it_stores_is_where_the_format_says(stage, repository, store):
    _, tool = stage.primary(15, repository(store))
    first, second = tool.backup()["id"], tool.backup()["id"]
    assert first[:16] <= second[:16], "ids sort by time, to the second"
    for backup in (first, second):
        names = {key.rsplit("/", 1)[-1] for key in tool.keys_of("backups", backup)}
        assert names == {"begun", "manifest", "summary"}, names
    packs = tool.keys_of("packs", first)
    assert packs and all(re.search(r"/\d{6}$", key) for key in packs), packs
    assert packs[0].endswith("/000001")


def test_full_and_reread(quiet):
    server, tool = quiet
    first = tool.backup()
    again = tool.backup("--full")
    assert (again["method"], again["base"], again["reusedBytes"]) == ("full", None, 0)
    assert again["storedBytes"] > first["storedBytes"] / 2
    server.sql("insert into mark values (1)")
    reread = tool.backup("--reread")
    assert reread["base"] == again["id"]
    assert reread["readBytes"] >= reread["bytes"], "every file was read"
    assert reread["storedBytes"] < again["storedBytes"] / 4, "and found to be there already"
    lazy = tool.backup()
    assert lazy["readBytes"] < lazy["bytes"], "what did not change was not"


def test_annotations(quiet):
    _, tool = quiet
    tool.backup("--annotation", "ticket=A-17", "--annotation", "why=before the upgrade = big")
    (backup,) = tool.backups()
    assert backup["annotations"] == {"ticket": "A-17", "why": "before the upgrade = big"}
    expect_refused(tool.run("backup", "--annotation", "nothing"), "--annotation")


def test_a_spread_checkpoint_can_be_asked_for(quiet):
    server, tool = quiet
    server.configure({"checkpoint_completion_target": "0.1", "checkpoint_timeout": "30s", "log_checkpoints": "on"})
    server.reload()
    tool.backup("--checkpoint", "spread")
    tool.backup("--checkpoint", "fast")
    assert len(tool.backups()) == 2


def stored_packs(tool, backup):
    """The sizes of a backup's packs: what the limit holds back."""
    return [len(tool.repository.read(key)) for key in tool.keys_of("packs", backup)]


def test_a_limited_bandwidth_is_kept_to(quiet):
    """At least as long as these very bytes take at the rate; how much longer is the machine's business."""
    _, tool = quiet
    rate = sum(stored_packs(tool, tool.backup("--full")["id"])) // LIMITED_SECONDS
    limited = tool.backup("--full", "--bandwidth", str(rate))
    stored = sum(stored_packs(tool, limited["id"]))
    seconds_min = (stored - CHAPTER_BYTES_MAX) / rate - CREDIT_SECONDS
    assert seconds_min > LIMITED_SECONDS / 3, "the limit is what takes the time"
    assert limited["seconds"] >= seconds_min, limited


def test_memory_stays_within_what_is_printed(quiet):
    server, tool = quiet
    server.sql("create table filler as select g, md5(g::text) from generate_series(1, 500000) g")
    explained = tool.run("backup", "--explain-memory", check=True).out
    assert tool.backups() == [], "explaining backs nothing up"
    timed = process.run(["/usr/bin/time", "-v", tool.program, "backup", "--config", tool.config],
                        tool.account, tool.home, check=True)
    print(f"{peak_mib(timed):.0f} of {memory_bound_mib(explained):.0f} MiB")
    assert peak_mib(timed) <= memory_bound_mib(explained), explained


def test_the_memory_of_a_first_backup_follows_the_size_of_the_database(quiet):
    server, tool = quiet
    before = memory_bound_mib(tool.run("backup", "--explain-memory", check=True).out)
    blocks = 1 << 20  # of 128 KiB
    with open(server.data / "base/1/16000", "wb") as relation:
        relation.truncate(blocks * (128 << 10))
    after = memory_bound_mib(tool.run("backup", "--explain-memory", check=True).out)
    (server.data / "base/1/16000").unlink()
    # A hash and a place for each block, in several copies.
    assert 100 * blocks < (after - before) * (1 << 20) < 1000 * blocks


def test_no_server_is_an_error(quiet):
    server, tool = quiet
    server.stop()
    expect_refused(tool.run("backup"))
    assert tool.backups() == []


def test_another_cluster_than_the_configured_one_is_refused(quiet, installation, workplace):
    """The connection leads to one server, the data directory belongs to another."""
    server, tool = quiet
    other = type(server).initialise(installation(15), workplace / "other", tool.account, name="other").start()
    try:
        mistaken = tool.variant("mistaken", lambda settings: settings["cluster"]["main"].update(
            connection=other.conninfo))
        expect_refused(mistaken.run("backup"))
    finally:
        other.kill()
    assert tool.backups() == []


def test_a_user_who_may_not_is_told_so(quiet):
    server, tool = quiet
    server.sql("create role somebody login")
    lowly = tool.variant("lowly", lambda settings: settings["cluster"]["main"].update(
        connection=server.conninfo.replace("user=postgres", "user=somebody")))
    expect_refused(lowly.run("backup"), "pg_read_all_settings")
    server.sql("grant pg_checkpoint to somebody", "grant pg_read_all_settings to somebody",
               "grant execute on function pg_backup_start(text, boolean) to somebody",
               "grant execute on function pg_backup_stop(boolean) to somebody",
               "grant execute on function pg_switch_wal() to somebody",
               "grant execute on function pg_create_restore_point(text) to somebody")
    lowly.backup()
