"""Fixtures of the end-to-end tests. docs/TESTING.md says how to run them."""

import itertools
import pathlib
import re
import subprocess
import tempfile

import pytest

from harness import process
from harness.killpoints import KillPoints
from harness.modes import DIRECT
from harness.postgres import ROOT, Installation, Server
from harness.process import Account
from harness.proxy import Proxy
from harness.repositories import LocalRepository, S3Repository
from harness.services import QUIRKS, Services, installed
from harness.specimen import make_specimen
from harness.trunkline import HIGHEST_FOR_ARCHIVER, MISSING, Trunkline, shelter_program
from harness.vault import make_vault

# Unix sockets have room for 107 bytes of path: the folders of tests must stay short.
NAME_LENGTH_MAX = 36
TARGETS = {"--target", "--target-time", "--target-lsn", "--target-xid", "--target-name"}
TESTS_SO_FAR = pytest.StashKey()


def pytest_addoption(parser):
    parser.addoption("--keep", action="store_true", help="keep the folders of tests that passed, too")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed:
        item.failed_once = True
    return report


@pytest.fixture(scope="session")
def account():
    return Account.of_servers()


@pytest.fixture(scope="session")
def session_folder(account, pytestconfig):
    """World-walkable and short; what tests made in it goes with it unless one failed."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tl-"))
    folder.chmod(0o755)
    yield folder
    if not any(folder.joinpath("t").glob("*")):
        process.remove_tree(folder)
    else:
        print(f"\nwhat failed tests left behind: {folder}/t")


@pytest.fixture(scope="session")
def program(session_folder):
    return shelter_program(session_folder)


@pytest.fixture(scope="session")
def installation(account, session_folder):
    """installation(15) is PostgreSQL 15."""
    found = {}

    def find(major):
        if major not in found:
            found[major] = Installation.find(major).reachable_for(account, session_folder)
        return found[major]
    return find


@pytest.fixture(scope="session")
def services(session_folder):
    running = Services(session_folder / "services")
    yield running
    running.remove()


@pytest.fixture(scope="session")
def module(session_folder):
    """module(15) is archive_library for PostgreSQL 15, where servers can read it."""
    built = {}

    def make(major):
        if major not in built:
            folder = session_folder / f"module-{major}"
            words = [str(ROOT / "contrib/archive_module/build"), str(major), str(folder)]
            path = pathlib.Path(subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip())
            folder.chmod(0o755)
            path.chmod(0o755)
            built[major] = path.with_suffix("")
        return built[major]
    return make


@pytest.fixture
def mode():
    """How PostgreSQL is connected to the program, unless the test is parametrised otherwise: harness/modes.py."""
    return DIRECT


@pytest.fixture(scope="session")
def killpoints(session_folder):
    return KillPoints(session_folder)


@pytest.fixture(scope="session")
def specimens(account, installation, session_folder):
    """specimens(1) has segments of 1 MiB; specimens(1, "other") is another cluster."""
    made = {}

    def make(segment_mib=1, cluster="one"):
        key = (segment_mib, cluster)
        if key not in made:
            folder = account.make_directory(session_folder / f"specimen-{cluster}-{segment_mib}", 0o755)
            count = 8 if segment_mib == 1 else 2
            made[key] = make_specimen(installation(15), folder, account, count, segment_mib)
        return made[key]
    return make


@pytest.fixture(scope="session")
def vaults(account, installation, program, session_folder):
    """vaults(15) is a Vault made by PostgreSQL 15: to be looked at and copied, never changed."""
    made = {}

    def make(major):
        if major not in made:
            folder = account.make_directory(session_folder / f"vault-{major}", 0o755)
            made[major] = make_vault(installation(major), folder, account, program)
        return made[major]
    return make


@pytest.fixture
def vault(vaults, workplace):
    """vault() is a copy of a repository with two backups and the WAL after them, for this test alone."""
    return lambda major=15: vaults(major).copy(workplace)


@pytest.fixture
def workplace(account, session_folder, request):
    """An empty folder of the servers' account; kept when the test fails."""
    words = re.sub(r"[^A-Za-z0-9]+", "-", request.node.name.removeprefix("test_")).strip("-")[:NAME_LENGTH_MAX]
    account.make_directory(session_folder / "t", 0o755)
    number = next(request.config.stash.setdefault(TESTS_SO_FAR, itertools.count(1)))
    folder = account.make_directory(session_folder / "t" / f"{number}-{words}", 0o755)
    yield folder
    if not getattr(request.node, "failed_once", False) and not request.config.getoption("--keep"):
        process.remove_tree(folder)


@pytest.fixture
def repository(account, services, workplace):
    """repository("local"), repository("moto", through_proxy=True), ..."""
    proxies = []

    def make(kind, through_proxy=False, name="repository"):
        if kind == "local":
            return LocalRepository(account, workplace / name)
        if not installed(kind):
            pytest.skip(f"{kind} is not installed")
        service = services[kind]
        if through_proxy:
            proxies.append(Proxy(service.port))
        return S3Repository(service, QUIRKS.get(kind), proxies[-1] if through_proxy else None)
    yield make
    for proxy in proxies:
        proxy.close()


@pytest.fixture
def trunkline(program, account, workplace, mode, module):
    """trunkline(repository, ...) configures nothing yet: init does, and starts an agent in the modes with one."""
    made = []

    def make(*repositories, name="trunkline", cluster="main"):
        made.append(Trunkline(program, account, workplace / name, repositories, cluster, mode, module))
        return made[-1]
    yield make
    for tool in made:
        tool.tear_down()


@pytest.fixture
def stage(installation, account, workplace, trunkline):
    """Servers of one test: a primary that archives, and what is restored from its base backups."""
    made = Stage(installation, account, workplace, trunkline)
    yield made
    made.tear_down()


class Stage:
    def __init__(self, installation, account, workplace, trunkline):
        self.installation = installation
        self.account = account
        self.workplace = workplace
        self.trunkline = trunkline
        self.servers = []

    def tear_down(self):
        for server in self.servers:
            server.kill()

    def add(self, server):
        self.servers.append(server)
        return server

    def primary(self, major, *repositories, segment_mib=16, settings=None, words=()):
        """A new cluster, started, archiving through a configuration that `init` wrote: (server, trunkline)."""
        server = self.add(Server.initialise(
            self.installation(major), self.workplace / "primary", self.account, segment_mib=segment_mib,
            settings=settings, name="primary", words=words))
        tool = self.trunkline(*repositories)
        tool.init(server.data)
        tool.connect(server)
        server.configure(tool.archive_settings(major))
        return server.start(), tool

    def restored(self, major, base, name, tool, settings=None, signal_file="recovery.signal"):
        """A copy of a base backup, ready to recover from the archive; not started."""
        data = self.workplace / name
        process.copy_tree(base, data)
        server = self.add(Server(self.installation(major), data, self.account, name))
        server.configure({
            "unix_socket_directories": str(server.sockets), "archive_mode": "off", "primary_conninfo": "",
            "restore_command": tool.restore_command(), "recovery_target_action": "promote"} | (settings or {}))
        if signal_file:
            server.signal_file(signal_file)
        return server


    def recovered(self, major, tool, name, *words, settings=None, **more):
        """What `trunkline restore` makes of a backup; not started. At a target it is to promote unless told."""
        if TARGETS.intersection(words) and "--target-action" not in words:
            words = (*words, "--target-action", "promote")
        tool.restore(self.workplace / name, *words, **more)
        return self.adopt(major, name, settings)

    def adopt(self, major, name, settings=None):
        """A server on a directory that is there already, with its sockets apart from the original's."""
        server = self.add(Server(self.installation(major), self.workplace / name, self.account, name))
        server.configure({"unix_socket_directories": str(server.sockets), "archive_mode": "off"} | (settings or {}))
        return server


@pytest.fixture
def desk(account, workplace, trunkline, specimens):
    """desk(repository, ready=[...]): the program on genuine WAL files, without a server."""
    def make(*repositories, segment_mib=1, ready=(), name="desk", cluster="one"):
        specimen = specimens(segment_mib, cluster)
        folder = specimen.desk(account, workplace / name, ready)
        tool = trunkline(*repositories, name=f"{name}-config")
        tool.init(folder)
        return Desk(specimen, folder, tool)
    return make


class Desk:
    """A data directory without a server: what PostgreSQL would run is run by hand, and in its words."""

    def __init__(self, specimen, folder, tool):
        self.specimen = specimen
        self.folder = folder
        self.tool = tool
        self.account = tool.account

    @property
    def segments(self):
        return self.specimen.segments

    def with_tool(self, tool):
        return Desk(self.specimen, self.folder, tool)

    def place(self, name, content=None):
        return self.specimen.place(self.account, self.folder, name, content)

    def archived_by_server(self, name):
        """What PostgreSQL does after exit 0; it may recycle the file from then on."""
        status = self.folder / "pg_wal/archive_status"
        (status / f"{name}.ready").rename(status / f"{name}.done")

    def push(self, name, **more):
        return self.tool.push(f"pg_wal/{name}", cwd=self.folder, **more)

    def place_and_push(self, *names):
        for name in names:
            self.place(name)
            outcome = self.push(name)
            assert outcome.code == 0, str(outcome)
            self.archived_by_server(name)

    def fetch_by_hand(self, name, **more):
        """Outcome and content, None when there is no file."""
        return self._fetch(name, self.folder / "by-hand", **more)

    def fetch_as_server(self, name, **more):
        """As restore_command: PostgreSQL removes the target beforehand and runs it in the data directory."""
        special = "RECOVERYHISTORY" if name.endswith(".history") else "RECOVERYXLOG"
        return self._fetch(name, self.folder / "pg_wal" / special, **more)

    def _fetch(self, name, target, **more):
        target.unlink(missing_ok=True)
        words = target.relative_to(self.folder)
        outcome = self.tool.fetch(name, words, cwd=self.folder, **more)
        return outcome, target.read_bytes() if target.exists() else None

    def signal_file(self, name):
        for other in ("recovery.signal", "standby.signal"):
            (self.folder / other).unlink(missing_ok=True)
        if name:
            self.account.write(self.folder / name, b"")

    def expect_fetched(self, name):
        outcome, content = self.fetch_by_hand(name)
        assert outcome.code == 0, str(outcome)
        assert content == self.specimen.content(name), f"{name} came back changed"

    def expect_missing(self, name):
        outcome, content = self.fetch_by_hand(name)
        assert (outcome.code, content) == (MISSING, None), str(outcome)

    def expect_push_fails(self, name, *words):
        """An ordinary failure to the archiver, with an error that says what it is about."""
        outcome = self.push(name)
        assert 0 < outcome.code <= HIGHEST_FOR_ARCHIVER, str(outcome)
        assert "trunkline: error:" in outcome.err, str(outcome)
        for word in words:
            assert word in outcome.err, str(outcome)
        return outcome
