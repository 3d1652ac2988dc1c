"""What Prometheus is told: by `trunkline metrics`, without an agent, and by the agent."""

import contextlib
import datetime
import shutil
import signal
import stat
import time
import urllib.error
import urllib.request

import pytest

from harness.exposition import Exposition, check_rules
from harness.proxy import REFUSE
from harness.services import free_ports
from harness.trunkline import ROOT, find_program, wal_position
from harness.waiting import wait_for

SEGMENT = 1 << 20
UNAVAILABLE, TEMPORARY, CONFIGURATION, FINDING, INPUT_OUTPUT = 69, 75, 78, 1, 74
PER_REPOSITORY = ("wal_durable_lsn_bytes", "wal_durable_timestamp_seconds", "wal_missing_segments",
                  "recovery_window_start_timestamp_seconds", "recovery_window_end_timestamp_seconds", "backups",
                  "backup_newest_timestamp_seconds")


def metrics(tool, *words, code=0, **more):
    outcome = tool.run("metrics", *words, **more)
    assert outcome.code == code, str(outcome)
    return Exposition(outcome.out)


def names(tool):
    """As init named the repositories, in their order."""
    with tool.edit() as settings:
        return list(settings["repository"])


def moment(text):
    return datetime.datetime.fromisoformat(text).timestamp()


@pytest.mark.parametrize("store", ["local", "moto"])
@pytest.mark.parametrize("major", [15, 18])
def test_a_server_that_archives(stage, repository, major, store):
    server, tool = stage.primary(major, repository(store), segment_mib=1)
    (place,) = names(tool)
    key = ("main", place)
    server.sql("create table t as select generate_series(1, 10000)")
    server.archive_everything()
    before = metrics(tool)
    assert before["trunkline_repository_up", *key] == 1
    assert before["trunkline_backups", *key] == 0
    assert ("trunkline_recovery_window_start_timestamp_seconds", *key) not in before

    tool.backup()
    stopped = moment(tool.backups()[0]["stop"])
    server.sql("insert into t select generate_series(1, 10000)")
    server.archive_everything()
    asked = time.time()
    after = metrics(tool)
    last = int(server.sql("select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')")) // SEGMENT * SEGMENT
    assert after["trunkline_wal_durable_lsn_bytes", *key] == last
    assert after["trunkline_wal_missing_segments", *key] == 0
    assert after["trunkline_backups", *key] == 1
    assert after["trunkline_backup_newest_timestamp_seconds", *key] == stopped
    assert after["trunkline_recovery_window_start_timestamp_seconds", *key] == stopped
    for name in ("wal_durable_timestamp_seconds", "recovery_window_end_timestamp_seconds"):
        # To the second, and by the store's clock, which is this machine's.
        assert stopped - 1 <= after[f"trunkline_{name}", *key] <= asked + 1, name
    assert asked - 1 <= after["trunkline_survey_timestamp_seconds", "main"] <= time.time() + 1
    assert after["trunkline_wal_waiting_segments", "main"] == 0
    assert after["trunkline_wal_lag_seconds", "main"] == 0
    assert tool.run("version", config=False).out.split()[-1] in after.text


def test_what_waits_is_counted(stage, repository):
    server, tool = stage.primary(15, repository("local"), segment_mib=1)
    server.archive_everything()
    server.configure({"archive_command": "false"})
    server.reload()
    for number in range(3):
        server.sql(f"create table t{number} ()")
        server.switch_wal()
    ready = server.data / "pg_wal/archive_status"
    wait_for("segments to wait", lambda: len(list(ready.glob("*.ready"))) >= 3)
    oldest = min(mark.stat().st_mtime for mark in ready.glob("*.ready"))
    time_before = time.time()
    told = metrics(tool)
    count = len(list(ready.glob("*.ready")))
    assert told["trunkline_wal_waiting_segments", "main"] == count
    assert told["trunkline_wal_waiting_bytes", "main"] == count * SEGMENT
    assert time_before - oldest - 1 <= told["trunkline_wal_lag_seconds", "main"] <= time.time() - oldest + 1
    server.configure({"archive_command": tool.archive_command()})
    server.reload()
    server.archive_everything()
    assert metrics(tool)["trunkline_wal_waiting_segments", "main"] == 0


def test_a_gap_behind_the_newest_backup(vault):
    vault = vault()
    (place,) = names(vault.tool)
    key = ("main", place)
    whole = metrics(vault.tool)
    assert whole["trunkline_wal_missing_segments", *key] == 0
    assert whole["trunkline_backups", *key] == 2
    vault.tool.repository.delete(vault.tool.key_of(vault.points[5].segment))
    holed = metrics(vault.tool)
    assert holed["trunkline_wal_missing_segments", *key] == 1
    assert holed["trunkline_wal_durable_lsn_bytes", *key] <= wal_position(vault.points[5].lsn)
    assert (holed["trunkline_recovery_window_end_timestamp_seconds", *key]
            <= whole["trunkline_recovery_window_end_timestamp_seconds", *key])


def test_no_key_is_needed(vault):
    vault = vault()
    (place,) = names(vault.tool)
    with vault.tool.edit() as settings:
        settings["encryption"].pop("identity")
    told = metrics(vault.tool)
    for name in PER_REPOSITORY:
        assert (f"trunkline_{name}", "main", place) in told, name


@pytest.mark.parametrize("trouble", ["unmounted", "refused", "emptied"])
def test_a_repository_in_trouble_is_down_and_silent(desk, repository, trouble):
    """The other one is told as ever, and the exit status says that something is wrong."""
    healthy = repository("local", name="healthy")
    ill = repository("moto", through_proxy=True) if trouble == "refused" else repository("local", name="ill")
    desk = desk(healthy, ill)
    desk.place_and_push(*desk.segments[:2])
    first, second = names(desk.tool)
    assert metrics(desk.tool)["trunkline_repository_up", "main", second] == 1
    if trouble == "unmounted":
        ill.unmount()
    elif trouble == "refused":
        ill.proxy.set(REFUSE)
    else:
        for key in ill.keys():
            ill.delete(key)
    outcome = desk.tool.run("metrics")
    assert outcome.code in (UNAVAILABLE, TEMPORARY, CONFIGURATION), str(outcome)
    assert "trunkline: error:" in outcome.err, str(outcome)
    told = Exposition(outcome.out)
    assert told["trunkline_repository_up", "main", second] == 0
    assert told["trunkline_repository_up", "main", first] == 1
    assert told["trunkline_wal_durable_lsn_bytes", "main", first] > 0
    for name in PER_REPOSITORY:
        assert (f"trunkline_{name}", "main", second) not in told, name


def test_a_forged_summary_is_named_and_left_out(vault):
    vault = vault()
    (place,) = names(vault.tool)
    (key,) = [key for key in vault.tool.keys_of("backups", vault.second["id"]) if key.endswith("/summary")]
    vault.tool.repository.write(key, vault.tool.repository.read(key).replace(b"hashes", b"hashed"))
    outcome = vault.tool.run("metrics")
    assert outcome.code == FINDING and vault.second["id"] in outcome.err, str(outcome)
    assert Exposition(outcome.out)["trunkline_backups", "main", place] == 1


def test_the_textfile_is_replaced_in_one_step(desk, repository, workplace):
    """A reader that looks all the time sees a whole file every time; everybody may read it."""
    desk = desk(repository("local"))
    desk.place_and_push(desk.segments[0])
    folder = desk.account.make_directory(workplace / "collector")
    file = folder / "trunkline.prom"
    outcome = desk.tool.run("metrics", "--output", file, check=True)
    assert outcome.out == ""
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert [path.name for path in folder.iterdir()] == ["trunkline.prom"]
    inode, text = file.stat().st_ino, file.read_text()
    assert Exposition(text)["trunkline_repository_up", "main", names(desk.tool)[0]] == 1
    running = desk.tool.begin("metrics", "--output", file)
    is_over = False
    while not is_over:
        # Asked before the look, so that there is one after the end, too.
        is_over = not running.is_alive
        assert Exposition(file.read_text())
        assert not [path for path in folder.glob("*.prom") if path != file]
    assert file.stat().st_ino != inode

    gone = desk.tool.run("metrics", "--output", folder / "nowhere/trunkline.prom")
    assert 1 < gone.code <= 125 and "nowhere" in gone.err, str(gone)


def test_all_clusters_or_one(desk, repository):
    desk = desk(repository("local"))
    desk.place_and_push(desk.segments[0])
    with desk.tool.edit() as settings:
        settings["cluster"]["other"] = dict(settings["cluster"]["main"])
    told = metrics(desk.tool, code=CONFIGURATION)
    place = names(desk.tool)[0]
    assert told["trunkline_repository_up", "main", place] == 1
    assert told["trunkline_repository_up", "other", place] == 0
    one = metrics(desk.tool, "--cluster", "main")
    assert ("trunkline_repository_up", "other", place) not in one
    assert metrics(desk.tool, env={"TRUNKLINE_CLUSTER": "main"}).text.count("repository_up{") == 1


def get(address, path, method="GET"):
    """Status, type and text."""
    request = urllib.request.Request(f"http://{address}{path}", method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Content-Type"], error.read().decode()


@contextlib.contextmanager
def agent(tool):
    """A running agent, by the address of its metrics."""
    address = f"127.0.0.1:{free_ports(1)}"
    with tool.edit() as settings:
        settings["agent"] = {"socket": str(tool.home / "agent.sock"), "metrics": address}
    running = tool.begin("agent")
    try:
        def answers():
            assert running.is_alive, running.wait()
            with contextlib.suppress(urllib.error.URLError):
                return get(address, "/healthz")[0] == 200
        wait_for("the agent to serve its metrics", answers)
        yield address
    finally:
        running.send(signal.SIGTERM)
        outcome = running.wait(60)
    assert outcome.code == 0, str(outcome)


@pytest.mark.parametrize("store", ["local", "moto"])
def test_an_agent_serves_them(stage, repository, store):
    client = find_program().with_name("trunkline-wal")
    if not client.exists():
        pytest.skip("there is no trunkline-wal beside the program")
    server, tool = stage.primary(15, repository(store), segment_mib=1)
    thin = tool.home / "trunkline-wal"
    shutil.copy2(client, thin)
    thin.chmod(0o755)
    with agent(tool) as address:
        server.configure({"archive_command": f"{thin} push %p --config {tool.config} --socket {tool.home}/agent.sock"})
        server.reload()
        for number in range(4):
            server.sql(f"create table t{number} as select generate_series(1, 10000)")
            server.switch_wal()
        server.archive_everything()
        (place,) = names(tool)
        last = int(server.sql("select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')")) // SEGMENT * SEGMENT

        def told():
            status, kind, text = get(address, "/metrics")
            assert (status, kind) == (200, "text/plain; version=0.0.4; charset=utf-8")
            return Exposition(text)

        wait_for("the agent to know that all is archived",
                 lambda: told()["trunkline_wal_durable_lsn_bytes", "main", place] == last)
        wait_for("the agent to look into the repository",
                 lambda: ("trunkline_repository_up", "main", place) in told())
        wait_for("the agent to see that nothing waits", lambda: told()["trunkline_wal_waiting_segments", "main"] == 0)
        now = told()
        for name in ("push_seconds", "archive_seconds"):
            samples = now.families[f"trunkline_{name}"].samples
            assert samples[f"trunkline_{name}_count", (("cluster", "main"),)] >= 4, name
        assert now["trunkline_store_sent_bytes_total", place] > 0
        uploads = now.families["trunkline_part_upload_seconds"].samples
        assert uploads["trunkline_part_upload_seconds_count", (("repository", place),)] >= 4
        assert now["trunkline_wal_waiting_segments", "main"] == 0
        assert now["trunkline_agent_queue_segments", "main"] == 0
        assert 0 < now["trunkline_memory_resident_bytes"] <= now["trunkline_memory_bound_bytes"]
        assert now["trunkline_store_concurrency_limit", place] >= 1
        assert time.time() - 600 < now["trunkline_agent_start_timestamp_seconds"] <= time.time()

        assert get(address, "/healthz") == (200, "text/plain; charset=utf-8", "ok\n")
        assert get(address, "/elsewhere")[0] == 404
        assert get(address, "/metrics", "POST")[0] == 405


def test_the_alerts_are_rules():
    if not check_rules(ROOT / "contrib/prometheus/alerts.yml"):
        pytest.skip("promtool is not installed")
