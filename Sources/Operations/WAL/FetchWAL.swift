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
    private let environment: [String: String]
    private let caller: FetchCaller
    private let startPrefetcher: @Sendable (_ directory: String, _ target: String) -> Void

    /// - Parameters:
    ///   - cluster: nil for the only one that the repositories hold. They are asked when they are needed: most segments
    ///     are there already when they are asked for.
    ///   - startPrefetcher: starts a process that runs `PrefetchWAL` on the directory, and returns.
    package init(
        _ configuration: Configuration, cluster: ClusterConfiguration?, environment: [String: String],
        caller: FetchCaller, startPrefetcher: @escaping @Sendable (_ directory: String, _ target: String) -> Void
    ) {
        self.configuration = configuration
        self.cluster = cluster
        self.environment = environment
        self.caller = caller
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
        guard let file = WALFileName(name) else {
            throw OperationError(
                .wrongFile, operation: "fetch", object: name, cause: "this is not a name of a WAL file",
                hint: "Write restore_command = 'trunkline wal fetch %f %p'.")
        }
        let walDirectory = FileSystem.parent(of: target) ?? "."
        let staging = caller == .byHand ? nil : PrefetchDirectory(besideWALDirectory: walDirectory)
        if let staging, case .segment(let segment) = file,
            staging.take(segment, to: target, if: { isRight($0, as: segment, target) })
        {
            // Somebody who begins now has to know where; whoever is at work has noticed.
            if staging.isUnattended { goOn(behind: file, staging, target) }
            return .restored
        }
        let place = FetchPlace(
            staging: staging, name: file, target: target, permissions: try Self.permissions(target))
        let retry = FetchRetry(try source(target), until: .after(seconds: patienceSeconds))
        let isRestored = try retry.fetch(file, to: place)
        if let staging { goOn(behind: isRestored ? file : nil, staging, target) }
        return isRestored ? .restored : .missing
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

    static func openSettings(_ parameters: OpenParameters, _ wal: WALConfiguration, objects: Int) -> OpenSettings {
        OpenSettings(
            parameters: parameters, threads: wal.threads ?? Process.cpuCount, objects: objects,
            readBytes: readBytes, readsAhead: readsAhead)
    }

    /// A segment of the default size is rarely longer when sealed: one request.
    private static let readBytes = 4 << 20
    /// Hides the latency of the next request behind the opening of the last.
    private static let readsAhead = 3

    /// The repositories and keys, and which system's WAL is wanted.
    func source(_ target: String) throws(OperationError) -> WALSource {
        let control = try controlFile(target)
        let repositories = try Repositories.open(configuration.repositories, environment: environment)
        let keys = try HostKeys(configuration.encryption)
        let objects = configuration.wal.prefetch > 0 ? Prefetcher.lanesMax : 1
        let pipeline = try OpenPipeline(
            Self.openSettings(try keys.openParameters(), configuration.wal, objects: objects))
        return WALSource(
            cluster: try clusterName(repositories), system: control.system, segmentSize: control.segmentSize,
            repositories: repositories, pipeline: pipeline)
    }

    private func clusterName(_ repositories: [Repository]) throws(OperationError) -> ClusterName {
        if let cluster { return cluster.name }
        return try ClusterSearch.only(in: repositories, until: .after(seconds: patienceSeconds))
    }

    private func controlFile(_ target: String) throws(OperationError) -> ControlFile {
        do throws(PostgresError) {
            if let directory = try DataDirectory.containing(walPath: target) {
                return try ControlFile.read(in: directory)
            }
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

    private static func permissions(_ target: String) throws(OperationError) -> UInt16 {
        do throws(PostgresError) {
            guard let directory = try DataDirectory.containing(walPath: target) else { return 0o600 }
            return try directory.filePermissions()
        } catch {
            throw OperationError(error)
        }
    }

    /// Has what comes behind a segment prefetched.
    private func goOn(behind file: WALFileName?, _ staging: PrefetchDirectory, _ target: String) {
        guard configuration.wal.prefetch > 0, case .segment(let segment) = file, staging.prepare() else {
            // A recovery ends with questions for files that are missing: nobody would clean up after them.
            staging.removeIfUnused()
            return
        }
        // Without the request nothing is prefetched, and the next call asks again.
        try? staging.request(after: segment)
        // Whoever gets the lock knows that nobody has it.
        if staging.isUnattended { startPrefetcher(staging.path, target) }
    }
}
