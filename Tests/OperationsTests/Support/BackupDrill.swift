import Codec
import Format
import Operations
import Platform
import Storage
import TestSupport
import Testing

@testable import Operations
@testable import Postgres

/// Whole backups of a made-up server, into stores in memory.
final class BackupDrill {
    let host: Host
    let stores = ["local": MemoryStore("local"), "spare": MemoryStore("spare")]
    var server: FakeServer
    var request = BackupRequest()
    /// At the beginning of each phase.
    var onPhase: @Sendable (String) -> Void = { _ in }
    var store: MemoryStore { required(stores["local"]) }
    /// Ids are of different seconds, and nobody waits for the next one: so many seconds ahead of the clock.
    private let ahead = Gate<Int64>(0)

    init() throws {
        host = try Host()
        server = FakeServer(host)
        request.workers = 1
        var random = SeededRandom(seed: 4, name: "drill")
        try host.directory.write("data/PG_VERSION", Array("15\n".utf8))
        for (number, length) in [10_000, 200_000, 5 << 20, 0, 300_000].enumerated() {
            try host.directory.write("data/base/1/\(16384 + number)", random.noise(length))
        }
    }

    func repository(_ name: String = "local", _ store: (any Store)? = nil, isRequired: Bool = true) -> Repository {
        WAL.repository(store ?? required(stores[name]), name, isRequired: isRequired, partBytes: 1 << 20)
    }

    /// - Parameter repositories: by names of the configuration.
    func run(_ repositories: [Repository]? = nil) throws -> BackupReport {
        let repositories = repositories ?? [repository()]
        let (configuration, cluster) = try host.configuration(
            repositories.map(\.name), bestEffort: Set(repositories.filter { !$0.isRequired }.map(\.name)))
        let backup = Backup(
            configuration, cluster: cluster, environment: [:], request: request, progress: Observer(onPhase))
        var state = BackupState(cluster)
        state.sleep = { [ahead] _ in ahead.withLock { $0 += 1 } }
        state.clock = { [ahead] in
            let now = Clock.now()
            return UnixTime(seconds: now.seconds + ahead.withLock { $0 }, nanoseconds: now.nanoseconds)
        }
        let lock = try state.lock()
        defer { withExtendedLifetime(lock) {} }
        server = FakeServer(host, obeying: server)
        // Without `self`: the drill would keep itself, and its directory, for ever.
        server.archive = { [stores, host] segments in
            for name in segments {
                for store in stores.values {
                    store.plant([1], at: RepositoryLayout.key(of: .segment(name), in: WAL.cluster, host.system))
                }
            }
        }
        let link = ServerLink(server, try DataDirectory(host.data), host.control)
        let run = try BackupRun(
            backup, state: state, link: link, repositories: repositories, began: Clock.monotonicNanoseconds())
        return try run.run()
    }

    private struct Observer: ProgressObserver {
        let onPhase: @Sendable (String) -> Void
        init(_ onPhase: @escaping @Sendable (String) -> Void) { self.onPhase = onPhase }
        func begin(_ phase: String, totalBytes: UInt64) { onPhase(phase) }
        func advance(_ bytes: UInt64) {}
        func end() {}
    }

    var indexPath: String { "\(host.state)/backup/index" }
    var journalPath: String { "\(host.state)/backup/journal" }

    /// The ids of the backups that a store says are there.
    func backups(in store: MemoryStore) throws -> [BackupID] {
        try keys(RepositoryLayout.backupsPrefix(of: WAL.cluster), in: store).compactMap { key in
            guard case .backup(_, let id, .summary) = RepositoryLayout.place(of: key) else { return nil }
            return id
        }
    }

    func keys(_ prefix: String, in store: MemoryStore) throws -> [ObjectKey] {
        try store.list(prefix: prefix, after: nil, until: .never).objects.map(\.key)
    }

    /// Every backup that a store says is there can be restored from it alone, and holds what is on disk now.
    func expectWhole(_ store: MemoryStore) throws {
        for id in try backups(in: store) {
            let key = RepositoryLayout.key(of: .summary, id, in: WAL.cluster)
            let opened = try PlainStream.open(try #require(store.octets(of: key)), as: key, signers: [Cast.host.signer])
            let record = required(PlainRecord(opened.content.span, limit: BackupSummary.byteCountMax))
            let summary = try #require(BackupSummary(record))
            #expect(summary.id == id)
            let manifest = try #require(
                try ManifestReader(Cast.openPipeline()).manifest(
                    of: summary, in: repository("local", store), until: .never))
            let reassembly = Reassembly(manifest, in: store)
            var names: [String] = []
            for file in manifest.files {
                names.append(file.path)
                #expect(try reassembly.octets(of: file) == host.directory.octets(of: "data/\(file.path)"))
            }
            #expect(names.contains("global/pg_control") && names.count == 7)
            #expect(Set(manifest.packs.map(\.id)) == Set(summary.packs))
            #expect(store.octets(of: RepositoryLayout.key(of: .begun, id, in: WAL.cluster)) != nil)
        }
    }
}

/// A server that is backed up, and archives its WAL the moment a backup ends.
final class FakeServer: BackupServer {
    let facts: ServerFacts
    var summaries: WALSummaries? { nil }
    var archive: ([SegmentName]) -> Void = { _ in }
    var failsToConfirm = false
    var failsToStop = false
    private(set) var calls: [String] = []
    private let segment: SegmentName

    init(_ host: Host, obeying other: FakeServer? = nil) {
        facts = ServerFacts(
            serverVersion: 150_001, versionText: "15.1", system: host.system, dataDirectory: host.data,
            pageByteCount: 8192, relationSegmentPageCount: 131_072, segmentSize: host.control.segmentSize,
            hasDataChecksums: true, isInRecovery: false, timeline: .first, walLevel: "replica",
            writesFullPages: true, archiveMode: .on, archiveCommand: "x", archiveLibrary: "", summarizesWAL: false,
            snapshot: "1:1:", time: Clock.now())
        segment = host.segments(1)[0]
        failsToConfirm = other?.failsToConfirm ?? false
        failsToStop = other?.failsToStop ?? false
    }

    private var position: LSN { required(segment.firstLSN(size: facts.segmentSize)) }

    func start(label: String, checkpoint: BackupSession.Checkpoint) throws(PostgresError) -> BackupStart {
        calls.append("start \(checkpoint)")
        return BackupStart(
            lsn: LSN(rawValue: position.rawValue + 40), timeline: .first, time: Clock.now(), snapshot: "1:1:")
    }

    func confirm() throws(PostgresError) {
        calls.append("confirm")
        if failsToConfirm { throw PostgresError(.notReady, "continue", "server", "promoted") }
    }

    func stop() throws(PostgresError) -> BackupStop {
        calls.append("stop")
        if failsToStop { throw PostgresError(.disconnected, "stop", "server", "gone") }
        archive([segment])
        return BackupStop(
            lsn: LSN(rawValue: position.rawValue + 300), timeline: .first, label: Array("label\n".utf8),
            tablespaceMap: [], time: Clock.now(), snapshot: "1:1:")
    }

    func lastArchived() throws(PostgresError) -> SegmentName? { segment }
    func abandon() { calls.append("abandon") }
}
