internal import Format
internal import Storage

/// Every key there is, in the order in which docs/CONFIGURATION.md explains them.
package enum ConfigurationKeys {
    package static let all: [ConfigurationKey] = cluster + wal + agent + backup + repository + encryption

    package static func section(_ section: ConfigurationKey.Section) -> [ConfigurationKey] {
        switch section {
        case .cluster: cluster
        case .wal: wal
        case .agent: agent
        case .backup: backup
        case .repository: repository
        case .encryption: encryption
        }
    }

    private static let cluster: [ConfigurationKey] = [
        ConfigurationKey(.cluster, "pgdata", .path),
        ConfigurationKey(.cluster, "connection", .text),
        ConfigurationKey(.cluster, "primary", .text),
        ConfigurationKey(.cluster, "state", .path, note: "\(ConfigurationLimits.stateRoot)/<cluster>"),
    ]

    private static let wal: [ConfigurationKey] = [
        ConfigurationKey(.wal, "lookahead", .number(0...ConfigurationLimits.lookaheadMax), default: .number(32)),
        ConfigurationKey(.wal, "prefetch", .number(0...ConfigurationLimits.prefetchMax), default: .number(8)),
        ConfigurationKey(.wal, "push-deadline", .seconds(ConfigurationLimits.deadline), default: .seconds(300)),
        ConfigurationKey(.wal, "fetch-deadline", .seconds(ConfigurationLimits.deadline), default: .seconds(300)),
        ConfigurationKey(
            .wal, "compression-level", .number(ConfigurationLimits.compressionLevel), default: .number(1)),
        ConfigurationKey(.wal, "threads", .number(1...ConfigurationLimits.threadsMax), note: "one per core"),
    ]

    private static let agent: [ConfigurationKey] = [
        ConfigurationKey(.agent, "socket", .path, default: .text(AgentProtocol.defaultSocket)),
        ConfigurationKey(.agent, "metrics", .text, default: .text(AgentConfiguration.metricsDefault)),
        ConfigurationKey(.agent, "memory", .bytes(ConfigurationLimits.agentMemory), default: .bytes(512 << 20)),
        ConfigurationKey(.agent, "backlog", .number(ConfigurationLimits.backlogEntries), default: .number(65536)),
        ConfigurationKey(.agent, "stop-deadline", .seconds(ConfigurationLimits.timeout), default: .seconds(25)),
    ]

    private static let backup: [ConfigurationKey] = [
        ConfigurationKey(
            .backup, "compression-level", .number(ConfigurationLimits.compressionLevel), default: .number(3)),
        ConfigurationKey(.backup, "workers", .number(1...ConfigurationLimits.threadsMax), note: "one per core"),
        ConfigurationKey(.backup, "bandwidth", .bytes(ConfigurationLimits.bandwidth), note: "no limit"),
        ConfigurationKey(
            .backup, "checkpoint", .choice(BackupConfiguration.Checkpoint.allCases.map(\.rawValue)),
            default: .text(BackupConfiguration.Checkpoint.fast.rawValue)),
    ]

    private static let byServer = "by the server"

    private static let repository: [ConfigurationKey] = [
        ConfigurationKey(.repository, "url", .text),
        ConfigurationKey(.repository, "required", .flag, default: .flag(true)),
        ConfigurationKey(.repository, "endpoint", .text, note: "AWS, by the region"),
        ConfigurationKey(.repository, "region", .text, note: byServer),
        ConfigurationKey(.repository, "addressing", .choice(["auto", "path", "virtual-host"]), default: .text("auto")),
        ConfigurationKey(.repository, "ca-file", .path, note: "the system's"),
        ConfigurationKey(.repository, "access-key-id", .text),
        ConfigurationKey(.repository, "secret-access-key", .secret),
        ConfigurationKey(.repository, "secret-access-key-file", .path),
        ConfigurationKey(.repository, "session-token", .secret),
        ConfigurationKey(.repository, "credentials-profile", .text),
        ConfigurationKey(.repository, "allow-http", .flag, default: .flag(false)),
        ConfigurationKey(.repository, "conditional-create", .flag, note: byServer),
        ConfigurationKey(.repository, "conditional-complete", .flag, note: byServer),
        ConfigurationKey(
            .repository, "checksum", .choice(S3Profile.Checksum.allCases.map(\.rawValue)), note: byServer),
        ConfigurationKey(.repository, "signed-payload", .flag, note: byServer),
        ConfigurationKey(
            .repository, "part-size", .bytes(ConfigurationLimits.partBytes),
            default: .bytes(S3Profile.partBytesDefault)),
        ConfigurationKey(
            .repository, "parallel-parts", .number(1...ConfigurationLimits.parallelPartsMax), default: .number(4)),
        ConfigurationKey(.repository, "equal-parts", .flag, note: byServer),
        ConfigurationKey(
            .repository, "connect-timeout", .seconds(ConfigurationLimits.timeout),
            default: .seconds(S3Configuration.connectSecondsDefault)),
        ConfigurationKey(
            .repository, "stall-timeout", .seconds(ConfigurationLimits.timeout),
            default: .seconds(S3Configuration.stallSecondsDefault)),
    ]

    private static let encryption: [ConfigurationKey] = [
        ConfigurationKey(.encryption, "mode", .choice(["sealed", "none"]), default: .text("sealed")),
        ConfigurationKey(.encryption, "recipients", .list, default: .list([])),
        ConfigurationKey(.encryption, "identity", .path),
        ConfigurationKey(.encryption, "identities", .paths, default: .list([])),
        ConfigurationKey(.encryption, "passphrase-file", .path),
        ConfigurationKey(.encryption, "digest-key", .path),
        ConfigurationKey(.encryption, "signing-key", .path),
        ConfigurationKey(.encryption, "signers", .list, default: .list([])),
    ]
}

/// The bounds of the keys, each with its reason.
package enum ConfigurationLimits {
    /// Where a cluster's ledger and caches live unless `state` says otherwise.
    package static let stateRoot = "/var/lib/trunkline"

    /// PostgreSQL's archiver looks at 64 files a scan (NUM_FILES_PER_DIRECTORY_SCAN, src/backend/postmaster/pgarch.c);
    /// sixteen scans ahead is more than any store can use, and bounds the ledger.
    package static let lookaheadMax = 1024

    /// Prefetched segments lie on the disk of `pg_wal`: 256 of 16 MiB are 4 GiB.
    package static let prefetchMax = 256

    /// Bytes: under this not one segment could be under way beside a fetch; above, nothing gets faster.
    package static let agentMemory: ClosedRange<Int> = (128 << 20)...(64 << 30)

    /// Names of WAL files that a best-effort repository still has to get: at most some 50 MiB of text.
    package static let backlogEntries: ClosedRange<Int> = 1...1_000_000

    /// At least a second, or nothing could be stored; at most a day, or a hanging store would never be reported.
    package static let deadline: ClosedRange<Double> = 1...86_400

    /// What zstd calls regular levels, and its fast ones down to -7; above 19 the window outgrows the memory bound.
    package static let compressionLevel: ClosedRange<Int> = -7...19

    /// Compressors beyond this outrun what one secretstream chain can seal.
    package static let threadsMax = 64

    /// S3: parts are 5 MiB to 5 GiB (docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html); a part is held in
    /// memory while it is sent, so the upper bound here is far lower.
    package static let partBytes: ClosedRange<Int> = (5 << 20)...(512 << 20)

    /// Each part in flight costs its size in memory.
    package static let parallelPartsMax = 64

    /// Bytes a second: slower, a backup would not end; faster, there is nothing to hold back.
    package static let bandwidth: ClosedRange<Int> = (64 << 10)...(64 << 30)

    /// A timeout is about lack of progress, never about the whole transfer.
    package static let timeout: ClosedRange<Double> = 1...3600

    /// A stream's header has room for 16 key slots (docs/FORMAT.md, "Header").
    package static let recipientsMax = 16

    /// More names than a host could serve are a mistake, and would make every push slow.
    package static let repositoriesMax = 16
}
