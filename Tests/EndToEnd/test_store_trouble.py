"""Trouble of the store in the middle of a recovery: it waits or stops, and never ends early."""

from harness import workload
from harness.modes import AGENT, DIRECT, MODULE
from harness.parameters import in_modes, modes
from harness.proxy import PASS, REFUSE, RESET, STALL, answer, cut
from harness.waiting import wait_for

DENIED = b'<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>no</Message></Error>'
SEGMENTS = 16
TROUBLED = 8  # The store fails when this mark's segment is asked for.


class Archive:
    """A primary's WAL, one mark to a segment, and the base backup under it."""

    def __init__(self, stage, place, major=15):
        self.stage, self.place, self.major = stage, place, major
        server, self.tool = stage.primary(major, place)
        workload.prepare(server)
        self.base = server.base_backup(stage.workplace / "base")
        self.ends = []
        for number in range(1, SEGMENTS + 1):
            workload.mark(server, number)
            self.ends.append(server.switch_wal())
        server.archive_everything()
        server.stop()

    def deadline(self, seconds, **repository):
        with self.tool.edit() as settings:
            settings["wal"] |= {"fetch-deadline": seconds, "prefetch": 2}
            for section in settings["repository"].values():
                section |= repository

    def recovering(self):
        """Started, not waited for."""
        return self.stage.restored(self.major, self.base, "recovered", self.tool).start(wait=False)

    def expect_complete(self, recovered):
        recovered.wait_ready(90)
        assert workload.marks(recovered) == list(range(1, SEGMENTS + 1)), "recovery ended early"
        workload.check_invariant(recovered)


def expect_still_recovering(recovered):
    assert recovered.is_running, recovered.log_tail()
    assert recovered.is_in_recovery is not False, recovered.log_tail()
    assert (recovered.data / "recovery.signal").exists(), recovered.log_tail()
    assert "archive recovery complete" not in recovered.log()


def expect_aborted(recovered):
    """FATAL, and the data directory is still one in recovery."""
    assert recovered.wait_end(60) != 0
    assert "FATAL" in recovered.log() and "archive recovery complete" not in recovered.log(), recovered.log_tail()
    assert (recovered.data / "recovery.signal").exists(), recovered.log_tail()


TROUBLE = {"stopped": REFUSE, "503": answer(503), "reset": RESET, "stall": STALL, "cut": cut(2000),
           "not-found": answer(404, b"<html>not here</html>")}


@in_modes("trouble", TROUBLE, agent=["503", "stall"])
def test_recovery_waits_and_completes_when_the_store_returns(stage, repository, trouble):
    archive = Archive(stage, repository("moto", through_proxy=True))
    proxy = archive.place.proxy
    archive.deadline(60, **{"stall-timeout": 1, "connect-timeout": 1})
    proxy.trip(archive.ends[TROUBLED], TROUBLE[trouble])
    recovered = archive.recovering()
    wait_for("the trouble to be met", lambda: proxy.mode == TROUBLE[trouble], 60)
    before = proxy.attempts
    if trouble == "stopped":  # Nobody counts what nobody answers: the log must show the waiting server instead.
        recovered.wait_log(f'restored log file "{archive.ends[TROUBLED - 3]}"')
    else:
        wait_for("the program to have tried again", lambda: proxy.attempts >= before + 2, 30)
    expect_still_recovering(recovered)
    proxy.set(PASS)
    archive.expect_complete(recovered)


LASTING_TROUBLE = {"stopped": REFUSE, "503": answer(503), "forbidden": answer(403, DENIED)}


@in_modes("trouble", LASTING_TROUBLE, agent=["stopped", "forbidden"])
def test_recovery_aborts_at_the_deadline_and_completes_after_a_restart(stage, repository, trouble):
    archive = Archive(stage, repository("moto", through_proxy=True))
    proxy = archive.place.proxy
    archive.deadline(2)
    proxy.trip(archive.ends[TROUBLED], LASTING_TROUBLE[trouble])
    recovered = archive.recovering()
    expect_aborted(recovered)
    proxy.set(PASS)
    recovered.start(wait=False)
    archive.expect_complete(recovered)


@in_modes("major", [15, 17, 18], agent=[18])
def test_recovery_aborts_on_an_unmounted_disk(stage, repository, major):
    archive = Archive(stage, repository("local"), major)
    archive.deadline(2)
    recovered = archive.recovering()
    recovered.wait_log("restored log file", count=2)
    archive.place.unmount()
    expect_aborted(recovered)
    archive.place.mount()
    recovered.start(wait=False)
    archive.expect_complete(recovered)


def test_recovery_with_wrong_credentials_aborts_and_completes_with_the_right_ones(stage, repository):
    place = repository("openstack-swift")
    archive = Archive(stage, place)
    archive.deadline(2, **{"secret-access-key": "wrong"})
    recovered = archive.recovering()
    expect_aborted(recovered)
    archive.deadline(60, **place.settings())
    recovered.start(wait=False)
    archive.expect_complete(recovered)


def test_recovery_survives_a_restart_of_a_real_server(stage, repository, services):
    """Not the proxy's imitation: the server's processes end and come back."""
    archive = Archive(stage, repository("openstack-swift"))
    archive.deadline(60)
    recovered = archive.recovering()
    recovered.wait_log("restored log file", count=2)
    services["openstack-swift"].stop()
    expect_still_recovering(recovered)
    services["openstack-swift"].start()
    archive.expect_complete(recovered)


@modes(DIRECT, AGENT)
def test_a_standby_outlives_trouble(stage, repository):
    """A code above 125 would end the standby: it gets 75 and asks again."""
    archive = Archive(stage, repository("moto", through_proxy=True))
    archive.deadline(2)
    proxy = archive.place.proxy
    proxy.trip(archive.ends[TROUBLED], answer(503))
    standby = archive.stage.restored(15, archive.base, "standby", archive.tool, signal_file="standby.signal")
    standby.start(wait=False)
    wait_for("the trouble to be met", lambda: proxy.mode != PASS, 60)
    met = proxy.requests
    wait_for("the standby to have asked again", lambda: proxy.requests > met + 4, 30)
    assert standby.is_running and "FATAL" not in standby.log(), standby.log_tail()
    proxy.set(PASS)
    wait_for("the standby to have everything", lambda: all_marks(standby), 60)


def all_marks(server):
    answer = server.program("psql", "-XAtqc", "select count(*) from mark", check=False)
    return answer.out.strip() == str(SEGMENTS)


@modes(DIRECT, AGENT, MODULE)
def test_archiving_waits_for_the_store_and_loses_nothing(stage, repository):
    place = repository("moto", through_proxy=True)
    server, tool = stage.primary(15, place)
    with tool.edit() as settings:
        settings["wal"]["push-deadline"] = 2
    workload.prepare(server)
    base = server.base_backup(stage.workplace / "base")
    place.proxy.set(answer(503))
    for number in range(1, 4):
        workload.mark(server, number)
        server.switch_wal()
    wait_for("PostgreSQL to count a failure", lambda: server.archiver()[2] > 0, 60)
    assert "archiver process" not in server.log(), "the archiver itself did not die"
    place.proxy.set(PASS)
    server.restart()  # Saves the test the minute that PostgreSQL's archiver may sleep after three failures.
    server.archive_everything()
    server.stop()
    recovered = stage.restored(15, base, "recovered", tool).start()
    assert workload.marks(recovered) == [1, 2, 3]
