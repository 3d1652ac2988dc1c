"""What one run measures: the full run, and the tiny one of the test suite."""

from dataclasses import dataclass

MIB = 1 << 20
GIB = 1 << 30


@dataclass(frozen=True)
class Workload:
    """WAL to be made by pgbench: `segments` whole segments of `segment_mib` each."""

    name: str
    segment_mib: int
    segments: int
    scale: int
    """pgbench's scale factor; 100,000 accounts, about 15 MB, each."""
    phase_seconds: int
    """Length of one pgbench run; the kinds of load take turns until there are enough segments."""
    replayed: bool = True
    """Whether the directory from before these segments is kept, too."""


@dataclass(frozen=True)
class Cluster:
    """A database to be made by pgbench, cleanly stopped."""

    name: str
    major: int
    """PostgreSQL's major version."""
    scale: int
    transactions: int
    """Transactions after the load, so that pages are as a busy server leaves them."""


@dataclass(frozen=True)
class Plan:
    name: str
    drained: Workload
    """What PostgreSQL's archiver drains and its recovery replays, and what the stream of the pipeline is made of."""
    large: Workload
    """One large segment, for the peak memory of a single push and fetch."""
    stream_bytes: int
    pipeline_rounds: int
    drain_rounds: int
    recovery_rounds: int
    burst_seconds: int
    """How long pgbench writes WAL at full speed."""
    memory_rounds: int
    database: Cluster
    """What is backed up and restored."""
    changing: tuple[Cluster, ...]
    """What incremental backups are taken of: one without and one with WAL summaries."""
    backup_rounds: int
    samples: int
    """Files of every restored directory that are compared with the original."""
    memory_bytes: int
    """Room that backups and restores need in memory instead of on a disk; 0 for a run whose figures count."""
    thorough: bool
    """Whether contenders also take part where what they do is covered elsewhere already."""
    starts: bool
    """Whether a server is started on what was restored, once for each contender."""


FULL = Plan(
    name="full",
    drained=Workload("full-16", segment_mib=16, segments=160, scale=100, phase_seconds=20),
    large=Workload("full-1024", segment_mib=1024, segments=1, scale=100, phase_seconds=20, replayed=False),
    stream_bytes=GIB,
    pipeline_rounds=7,
    drain_rounds=3,
    recovery_rounds=2,
    burst_seconds=120,
    memory_rounds=3,
    database=Cluster("full-15", major=15, scale=300, transactions=400_000),
    changing=(
        Cluster("full-15", major=15, scale=300, transactions=400_000),
        Cluster("full-18", major=18, scale=300, transactions=400_000)),
    backup_rounds=3,
    samples=40,
    memory_bytes=0,
    thorough=True,
    starts=False,
)

TINY = Plan(
    name="tiny",
    drained=Workload("tiny-16", segment_mib=16, segments=6, scale=4, phase_seconds=1),
    large=Workload("tiny-64", segment_mib=64, segments=1, scale=4, phase_seconds=1, replayed=False),
    stream_bytes=96 * MIB,
    pipeline_rounds=2,
    drain_rounds=1,
    recovery_rounds=1,
    burst_seconds=3,
    memory_rounds=1,
    database=Cluster("tiny-15", major=15, scale=3, transactions=2_000),
    changing=(
        Cluster("tiny-15", major=15, scale=3, transactions=2_000),
        Cluster("tiny-18", major=18, scale=3, transactions=2_000)),
    backup_rounds=1,
    samples=40,
    memory_bytes=2 * GIB,
    thorough=False,
    starts=True,
)
