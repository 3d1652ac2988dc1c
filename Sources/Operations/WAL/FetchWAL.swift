import Codec
import Format
import Platform
import Postgres
import Storage
import Stream

/// `wal fetch`: brings one archived WAL file back.
package struct FetchWAL: Sendable {
    private let configuration: Configuration
    private let cluster: ClusterConfiguration?
    private let sources: any WALSources
    private let caller: FetchCaller
    private let workingDirectory: String?
    private let startPrefetcher: @Sendable (_ directory: String, _ target: String) -> Void

    /// - Parameters:
    ///   - cluster: nil for the only one that the repositories hold. They are asked when they are needed: most segments
    ///     are there already when they are asked for.
    ///   - startPrefetcher: starts a process that runs `PrefetchWAL` on the directory, and returns.
    package init(
        _ configuration: Configuration, cluster: ClusterConfiguration?, environment: [String: String],
        caller: FetchCaller, startPrefetcher: @escaping @Sendable (_ directory: String, _ target: String) -> Void
    ) {
        self.init(
            configuration, cluster: cluster,
            sources: OwnSources(configuration: configuration, environment: environment),
            caller: caller, workingDirectory: ".", startPrefetcher: startPrefetcher)
    }

    /// - Parameter workingDirectory: where a data directory may be that `target` does not show; nil for nowhere.
    init(
        _ configuration: Configuration, cluster: ClusterConfiguration?, sources: any WALSources, caller: FetchCaller,
        workingDirectory: String?,
        startPrefetcher: @escaping @Sendable (_ directory: String, _ target: String) -> Void
    ) {
        self.configuration = configuration
        self.cluster = cluster
        self.sources = sources
        self.caller = caller
        self.workingDirectory = workingDirectory
        self.startPrefetcher = startPrefetcher
    }

    package enum Outcome: Equatable, Sendable {
        /// The file is at its destination, whole and checked.
        case restored
        /// Every repository said that there is no such file. Nothing was written.
        case missing
    }

    /// Puts the file `name` (PostgreSQL's `%f`) at `target` (`%p`), complete or not at all.
    ///
    /// Looked up by name only: `target` is RECOVERYXLOG or RECOVERYHISTORY as a rule. Trouble is retried until the
    /// caller's deadline and then thrown.
    package func run(_ name: String, to target: String) throws(OperationError) -> Outcome {
        let call = try call(name, to: target)
        return handOver(call) ? .restored : try bring(call)
    }

    /// One file that somebody wants.
    struct Call: Sendable {
        let file: WALFileName
        let target: String
        /// Where segments wait; nil where nothing is prefetched.
        let staging: PrefetchDirectory?
        let claim: TargetClaim?

        /// The segment, where one is wanted that may be waiting.
        var segment: SegmentName? {
            guard staging != nil, case .segment(let segment) = file else { return nil }
            return segment
        }
    }

    /// - Parameter claim: where calls for the same target may overtake each other.
    func call(_ name: String, to target: String, claim: TargetClaim? = nil) throws(OperationError) -> Call {
        guard let file = WALFileName(name) else {
            throw OperationError(
                .wrongFile, operation: "fetch", object: name, cause: "this is not a name of a WAL file",
                hint: "Write restore_command = 'trunkline wal fetch %f %p'.")
        }
        let walDirectory = FileSystem.parent(of: target) ?? "."
        let staging = caller == .byHand ? nil : PrefetchDirectory(besideWALDirectory: walDirectory)
        return Call(file: file, target: target, staging: staging, claim: claim)
    }

    /// Gives the server a segment that waits for it; false when there is none.
    func handOver(_ call: Call) -> Bool {
        guard let staging = call.staging, let segment = call.segment else { return false }
        let isTaken = staging.take(segment, to: call.target, claim: call.claim) { path in
            isRight(path, as: segment, call.target)
        }
        // Somebody who begins now has to know where; whoever is at work has noticed.
        if isTaken, staging.isUnattended { goOn(behind: segment, call) }
        return isTaken
    }

    /// Asks the repositories.
    func bring(_ call: Call) throws(OperationError) -> Outcome {
        let place = FetchPlace(
            staging: call.staging, name: call.file, target: call.target, permissions: try permissions(call.target),
            claim: call.claim)
        let deadline = Deadline.after(seconds: patienceSeconds)
        let retry = FetchRetry(
            try source(call.target, objects: 1), until: deadline,
            trustsProofs: caller == .standby && call.segment != nil, isVoid: { call.claim?.isVoid ?? false })
        let isRestored = try retry.fetch(call.file, to: place)
        if isRestored, let segment = call.segment {
            goOn(behind: segment, call)
        } else {
            // A recovery ends with questions for files that are missing: nobody would clean up after them.
            call.staging?.removeIfUnused()
        }
        return isRestored ? .restored : .missing
    }

    /// Has what comes behind a segment prefetched.
    func goOn(behind segment: SegmentName, _ call: Call) {
        guard let staging = call.staging else { return }
        guard configuration.wal.prefetch > 0, staging.prepare() else { return staging.removeIfUnused() }
        // Without the request nothing is prefetched, and the next call asks again.
        try? staging.request(after: segment)
        // Whoever gets the lock knows that nobody has it.
        if staging.isUnattended { startPrefetcher(staging.path, call.target) }
    }

    /// The bound on what a fetch keeps in memory; a prefetcher beside it keeps the same once more per object ahead.
    package func explainMemory() throws(OperationError) -> MemorySum {
        var sum = MemorySum()
        let parameters = OpenParameters(identities: [])
        OpenPipeline.explainMemory(
            Self.openSettings(parameters, configuration.wal, objects: 1),
            layout: StreamLayout(cipher: .secretstream, compression: .zstd, blockSize: .standard), into: &sum)
        sum.add("program, libraries and thread stacks", byteCount: PushWAL.programBytes)
        return sum
    }

    /// A standby and a person come back by themselves, so they are not kept waiting.
    private static let shortPatienceSeconds = 10.0

    private var patienceSeconds: Double {
        let full = configuration.wal.fetchDeadlineSeconds
        return caller == .recovery ? full : min(full, Self.shortPatienceSeconds)
    }

    /// - Parameter objects: opened at the same time; of several each is read in shorter pieces, for more memory.
    static func openSettings(_ parameters: OpenParameters, _ wal: WALConfiguration, objects: Int) -> OpenSettings {
        OpenSettings(
            parameters: parameters, threads: wal.threads ?? Process.cpuCount, objects: objects,
            readBytes: objects > 1 ? readBytesOfSeveral : readBytes,
            readsAhead: objects > 1 ? readsAheadOfSeveral : readsAhead)
    }

    /// A segment of the default size is rarely longer when sealed: one request.
    private static let readBytes = 4 << 20
    /// Hides the latency of the next request behind the opening of the last.
    private static let readsAhead = 3
    /// Latency is hidden by the other objects.
    private static let readBytesOfSeveral = 2 << 20
    private static let readsAheadOfSeveral = 2

    /// The repositories and keys, and which system's WAL is wanted.
    func source(_ target: String, objects: Int) throws(OperationError) -> WALSource {
        try sources.source(
            for: try controlFile(target), of: cluster?.name, objects: objects, until: .after(seconds: patienceSeconds))
    }

    /// The data directory of the server that wants its WAL at `target`; nil when it is not below one.
    func dataDirectory(_ target: String) throws(PostgresError) -> DataDirectory? {
        try DataDirectory.containing(walPath: target, workingDirectory: workingDirectory)
    }

    /// Of the server's segments; nil where that cannot be found out.
    func segmentSize(_ target: String) -> SegmentSize? { (try? controlFile(target))?.segmentSize }

    private func controlFile(_ target: String) throws(OperationError) -> ControlFile {
        do throws(PostgresError) {
            if let directory = try dataDirectory(target) { return try ControlFile.read(in: directory) }
            guard let configured = cluster?.dataDirectory else {
                throw PostgresError(
                    .notADataDirectory, "find the data directory of", target, "it is not below one",
                    hint: cluster.map { "Set pgdata in [cluster.\($0.name)]." })
            }
            return try ControlFile.read(in: DataDirectory(configured))
        } catch {
            throw OperationError(error)
        }
    }

    /// Whether the file at `path` has the length and the first page that the segment must have.
    private func isRight(_ path: String, as segment: SegmentName, _ target: String) -> Bool {
        guard let control = try? controlFile(target), let file = try? FileSource(path), let status = try? file.status(),
            let head = try? file.head(SegmentCheck.headByteCount)
        else { return false }
        let check = SegmentCheck(system: control.system, segmentSize: control.segmentSize)
        return head.withOctets { octets in
            (try? check.check(head: octets, byteCount: status.size, as: segment)) != nil
        }
    }

    private func permissions(_ target: String) throws(OperationError) -> UInt16 {
        do throws(PostgresError) {
            return try dataDirectory(target)?.filePermissions() ?? 0o600
        } catch {
            throw OperationError(error)
        }
    }
}
