"""The program under test, and one configuration of it."""

import contextlib
import json
import os
import pathlib
import shutil
import tomllib

from . import process
from .agent import Agent
from .modes import DIRECT, MODULE, NOBODY

ROOT = pathlib.Path(__file__).resolve().parents[3]

MISSING = 1
TROUBLE_BY_HAND = 75
TROUBLE_IN_RECOVERY = 255
HIGHEST_FOR_ARCHIVER = 125

# Tests must not wait long for what they know to fail; what is meant to succeed has the time of its own deadline.
DEADLINE_SECONDS = 60


def find_program():
    """TRUNKLINE_BIN, else the release build, else the debug build."""
    named = os.environ.get("TRUNKLINE_BIN")
    candidates = [pathlib.Path(named)] if named else [
        ROOT / ".build/release/trunkline", ROOT / ".build/debug/trunkline"]
    for candidate in candidates:
        if candidate.exists():
            return candidate
    raise FileNotFoundError("no program to test: run make build, or set TRUNKLINE_BIN")


def shelter_program(folder):
    """A copy that a rebuild does not change under the running tests and that every account may walk to.

    The thin client stands beside the program, as it does where they are installed.
    """
    found = find_program()
    for name in ("trunkline", "trunkline-wal"):
        source = found if name == "trunkline" else found.with_name(name)
        if source.exists():
            copy = pathlib.Path(folder) / name
            shutil.copy2(source, copy)
            copy.chmod(0o755)
    return pathlib.Path(folder) / "trunkline"


class Trunkline:
    """One configuration file with its keys and state, for one cluster and some repositories.

    In the modes with an agent it has one as soon as there is a configuration (harness/modes.py).
    """

    def __init__(self, program, account, home, repositories, cluster="main", mode=DIRECT, module=None):
        self.program = program
        self.account = account
        self.home = account.make_directory(home)
        self.repositories = list(repositories)
        self.cluster = cluster
        self.config = self.home / "trunkline.toml"
        self.identity = self.home / "identity"
        self.state = self.home / "state"
        self.connection = None  # conninfo of the cluster's server, once there is one
        self.mode = mode
        self.module = module  # module(15) is archive_library for PostgreSQL 15
        self.agent = None
        self.variants = []

    @property
    def client(self):
        """The thin client."""
        return self.program.with_name("trunkline-wal")

    def start_agent(self, metrics="off", **more):
        """Starts the agent of this configuration, once; from then on it follows every `edit`."""
        self.agent = Agent(self, metrics, **more)
        return self.agent.start()

    def tear_down(self):
        for other in self.variants:
            other.tear_down()
        if self.agent:
            self.agent.kill()

    @property
    def repository(self):
        return self.repositories[0]

    # -- commands

    def run(self, *words, cwd=None, env=None, check=False, seconds=process.SECONDS_MAX, config=True, input=None):
        words = [*words, "--config", self.config] if config else words
        return process.run([self.program, *words], self.account, self.home, cwd=cwd, seconds=seconds, check=check,
                           env=process.environment(self.home, env), input=input)

    def init(self, data, check=True):
        words, env = [], {}
        for repository in self.repositories:
            words += repository.init_words()
            env |= repository.init_environment()
        outcome = self.run("init", "--pgdata", data, "--cluster", self.cluster, "--identity", self.identity,
                           *words, env=env, check=check)
        if outcome.code == 0:
            self.complete()
        return outcome

    def complete(self):
        """Adds to what init wrote: credentials of the test servers, a state directory, shorter deadlines."""
        with self.edit() as settings:
            for cluster in settings["cluster"].values():
                cluster["state"] = str(self.state)
                if self.connection:
                    cluster["connection"] = self.connection
            for place in settings["repository"].values():
                for repository in self.repositories:
                    if repository.url == place["url"]:
                        place.update(repository.settings())
            wal = settings.setdefault("wal", {})
            wal.setdefault("push-deadline", DEADLINE_SECONDS)
            wal.setdefault("fetch-deadline", DEADLINE_SECONDS)
        if self.mode != DIRECT and not self.agent:
            self.start_agent()

    def push(self, path, cwd, **more):
        return self.wal("push", path, cwd=cwd, **more)

    def fetch(self, name, destination, cwd, **more):
        return self.wal("fetch", name, destination, cwd=cwd, **more)

    def wal(self, *words, cwd=None, env=None, seconds=process.SECONDS_MAX):
        """As PostgreSQL would run it in this mode, by hand."""
        return process.run(self.wal_words(*words), self.account, self.home, cwd=cwd, seconds=seconds,
                           env=self.wal_environment(env))

    def wal_words(self, *words):
        """The whole command line, and `wal_environment` for it."""
        if self.mode == DIRECT:
            return [self.program, "wal", *words, "--config", self.config]
        return [self.client, *words, *self.client_words()]

    def wal_environment(self, env=None):
        alone = {} if self.mode == DIRECT else {"TRUNKLINE_PROGRAM": NOBODY}
        return process.environment(self.home, alone | (env or {}))

    def ask(self, *words, cwd=None, env=None, seconds=process.SECONDS_MAX, account=None):
        """The thin client, which does it without the agent if need be."""
        return process.run(
            [self.client, *words, *self.client_words()], account or self.account, self.home, cwd=cwd,
            env=process.environment(self.home, env), seconds=seconds)

    def client_words(self):
        return ["--config", self.config, "--socket", self.agent.path]

    def list(self):
        return json.loads(self.run("wal", "list", "--json", check=True).out)

    # -- base backups

    def connect(self, server):
        """Backups are of this server from now on."""
        self.connection = server.conninfo
        with self.edit() as settings:
            for cluster in settings["cluster"].values():
                cluster |= {"connection": self.connection, "pgdata": str(server.data)}

    def backup(self, *words, code=0, **more):
        """Takes a backup and returns what it says of itself; `code` is the exit code it has to have."""
        outcome = self.run("backup", "--json", *words, **more)
        assert outcome.code == code, str(outcome)
        return json.loads(outcome.out)

    def restore(self, to, *words, backup=None, check=True, **more):
        return self.run("restore", *([backup] if backup else []), "--to", to, *words, check=check, **more)

    def systems(self):
        """What `list` says of the first repository."""
        return json.loads(self.run("list", "--json", check=True).out)["repositories"][0]["systems"]

    def backups(self):
        """Those of all systems, oldest first: ids of one second are in no order."""
        found = [backup for system in self.systems() for backup in system["backups"]]
        return sorted(found, key=lambda backup: (backup["timeline"], wal_position(backup["stopLSN"])))

    def show(self, backup, *words):
        return json.loads(self.run("show", backup, "--json", *words, check=True).out)

    def run_bare(self, *words, repository=None, identity=True, env=None, **more):
        """On a machine that has the repository's address, the identity, and no configuration."""
        place = repository or self.repository
        identity_words = ["--identity", self.identity] if identity else []
        return self.run(*words, *place.init_words(), *identity_words, config=False,
                        env=place.init_environment() | (env or {}), **more)

    def begin(self, *words, env=None, cwd=None):
        """Runs in the background: a Running, to be killed, stopped or awaited."""
        return process.Running([self.program, *words, "--config", self.config], self.account, self.home, cwd=cwd,
                               env=process.environment(self.home, env))

    # -- lines for PostgreSQL

    def archive_command(self):
        return self.command("push %p")

    def restore_command(self):
        return self.command("fetch %f %p")

    def command(self, words, alone=True):
        """A line for the shell. With an agent, and `alone`, nobody stands in for it."""
        if not self.agent:
            return f"{self.program} wal {words} --config {self.config}"
        line = " ".join([str(self.client), words, *map(str, self.client_words())])
        return f"TRUNKLINE_PROGRAM={NOBODY} {line}" if alone else line

    def archive_settings(self, major):
        """What makes a server of this version archive."""
        if self.mode != MODULE:
            return {"archive_mode": "on", "archive_command": self.archive_command()}
        return {"archive_mode": "on", "archive_command": "", "archive_library": str(self.module(major)),
                "trunkline_archive.socket": str(self.agent.path),
                "trunkline_archive.configuration": str(self.config)}

    # -- configuration

    @contextlib.contextmanager
    def edit(self):
        """The configuration as a dictionary; what the block leaves is written back, and a running agent reads it."""
        settings = tomllib.loads(self.config.read_text())
        yield settings
        self.account.write(self.config, toml(settings))
        if self.agent and self.agent.is_running:
            self.agent.reload()

    def variant(self, name, change):
        """Another configuration of the same cluster: a second host, or the same one with other settings."""
        other = Trunkline(self.program, self.account, self.home.parent / name, self.repositories, self.cluster,
                          self.mode, self.module)
        self.variants.append(other)
        other.identity, other.connection = self.identity, self.connection
        settings = tomllib.loads(self.config.read_text())
        for cluster in settings["cluster"].values():
            cluster["state"] = str(other.state)
        settings.pop("agent", None)
        change(settings)
        self.account.write(other.config, toml(settings))
        if self.mode != DIRECT:
            other.start_agent()
        return other

    def key_of(self, name):
        """The object's key of a WAL file, found by looking."""
        found = [key for key in self.repository.keys() if key.rsplit("/", 1)[-1] == name and "/wal/" in key]
        assert len(found) <= 1, found
        return found[0] if found else None

    def wal_keys(self):
        return [key for key in self.repository.keys() if "/wal/" in key]

    def keys_of(self, kind, backup=""):
        """Keys of "packs", "backups" or "artifacts", all or those of one backup."""
        return [key for key in self.repository.keys() if f"/{kind}/{backup}" in key]


def wal_position(lsn):
    """An LSN as a number."""
    high, low = lsn.split("/")
    return int(high, 16) << 32 | int(low, 16)


def toml(settings):
    """Enough of TOML for this file: tables of tables of plain values."""
    lines = []
    for section, content in settings.items():
        named = all(isinstance(value, dict) for value in content.values())
        tables = {f"{section}.{json.dumps(name)}": table for name, table in content.items()} if named else {
            section: content}
        for heading, table in tables.items():
            lines.append(f"[{heading}]")
            lines += [f"{key} = {json.dumps(value)}" for key, value in table.items()]
    return "\n".join(lines) + "\n"
