import Codec
package import Format
import Platform
import Postgres

/// `wal push`: archives one WAL file, and some of those that wait behind it.
package struct PushWAL: Sendable {
    private let configuration: Configuration
    private let cluster: ClusterConfiguration
    private let environment: [String: String]
    private let ledger: PushLedgerFile
    private let deadline: Deadline

    /// Files archived at the same time: enough that the gang always has work while some wait for fsync or a reply.
    package static let lanesMax = 6
    /// No look-ahead file is begun after so many seconds: the archiver waits for this command, and a fast shutdown of
    /// the server for the archiver.
    package static let lookaheadSeconds = 5.0
    /// The part of the deadline that look-ahead files may use up: a repository that stalls over one of them must not
    /// make the call late.
    private static let lookaheadShare = 0.75

    package init(
        _ configuration: Configuration, cluster: ClusterConfiguration, environment: [String: String]
    ) {
        self.configuration = configuration
        self.cluster = cluster
        self.environment = environment
        deadline = .after(seconds: configuration.wal.pushDeadlineSeconds)
        ledger = PushLedgerFile(
            directory: cluster.stateDirectory, scope: Self.scope(cluster, configuration.repositories))
    }

    /// Archives the file at `path` (PostgreSQL's `%p`). Returns warnings; when it returns, the file is durable in every
    /// required repository.
    package func run(_ path: String) throws(OperationError) -> [String] {
        let name = try Self.name(of: path)
        if try isInLedger(name, path) { return [] }
        let (target, warnings) = try archiveTarget(path)
        var files = [WaitingFile(name: name, path: path)]
        files += lookahead(behind: name, path)
        let ends = PushBatch.Lookahead(
            begin: .after(seconds: Self.lookaheadSeconds),
            end: .after(seconds: deadline.remainingSeconds * Self.lookaheadShare))
        let batch = PushBatch(files, target: target, until: deadline, lookahead: ends)
        let archived = batch.run(lanes: min(files.count, Self.lanesMax))
        record(archived)
        let notes = note(archived, target)
        try batch.requireFirst()
        return warnings + archived.flatMap(\.warnings) + notes
    }

    /// The bound on what a push keeps in memory.
    package func explainMemory() throws(OperationError) -> MemorySum {
        var sum = MemorySum()
        let settings = try sealSettings(HostKeys(configuration.encryption))
        SealPipeline.explainMemory(settings, into: &sum)
        Self.explainComparison(configuration, into: &sum)
        sum.add("program, libraries and thread stacks", byteCount: Self.programBytes)
        return sum
    }

    /// Text of the program and its libraries, small objects, the touched part of stacks: measured at 15 MiB with an S3
    /// repository over TLS, and doubled.
    static let programBytes = 32 << 20

    /// The name at the end of PostgreSQL's `%p`.
    package static func name(of path: String) throws(OperationError) -> WALFileName {
        let last = path.split(separator: "/").last.map(String.init) ?? path
        guard let name = WALFileName(last) else {
            throw OperationError(
                .wrongFile, operation: "archive", object: path, cause: "\"\(last)\" is not a name of a WAL file",
                hint: "Write archive_command = 'trunkline wal push %p'.")
        }
        return name
    }

    private func isInLedger(_ name: WALFileName, _ path: String) throws(OperationError) -> Bool {
        let status = try Self.status(of: path)
        return ledger.load().holds("\(name)", status)
    }

    /// Of a file that is to be archived; `noSuchFile` when it is not there.
    static func status(of path: String) throws(OperationError) -> FileStatus {
        do throws(PlatformError) {
            if let status = try FileSystem.status(of: path) { return status }
        } catch {
            throw OperationError(error, doing: "archive")
        }
        throw OperationError(.noSuchFile, operation: "archive", object: path, cause: "there is no such file")
    }

    /// Everything that only a push with something to store needs, and warnings.
    private func archiveTarget(_ path: String) throws(OperationError) -> (ArchiveTarget, [String]) {
        let control = try controlFile(path)
        let (repositories, warnings) = try Repositories.holding(
            control.system, of: cluster, configuration, environment: environment, until: deadline)
        let keys = try HostKeys(configuration.encryption)
        let target = ArchiveTarget(
            cluster: cluster.name, system: control.system, segmentSize: control.segmentSize,
            repositories: repositories, pipeline: try SealPipeline(try sealSettings(keys)),
            comparison: try Self.comparison(keys, configuration))
        return (target, warnings)
    }

    /// Tells what is there already from what must not be overwritten, reading what is there if it has to.
    static func comparison(
        _ keys: HostKeys, _ configuration: Configuration
    ) throws(OperationError) -> ContentComparison {
        ContentComparison(signers: try keys.signers()) { () throws(OperationError) in
            try OpenPipeline(FetchWAL.openSettings(try keys.openParameters(), configuration.wal, objects: 1))
        }
    }

    /// Adds the bound on what a comparison keeps in memory.
    static func explainComparison(_ configuration: Configuration, into sum: inout MemorySum) {
        OpenPipeline.explainMemory(
            FetchWAL.openSettings(OpenParameters(identities: []), configuration.wal, objects: 1),
            layout: StreamLayout(cipher: .secretstream, compression: .zstd, blockSize: .standard), into: &sum)
    }

    private func sealSettings(_ keys: HostKeys) throws(OperationError) -> SealSettings {
        SealSettings(
            parameters: try keys.sealParameters(), level: configuration.wal.compressionLevel, kind: .wal,
            threads: configuration.wal.threads ?? Process.cpuCount, objects: Self.lanesMax,
            partBytes: configuration.repositories.map(\.partBytes).max() ?? 0)
    }

    private func controlFile(_ path: String) throws(OperationError) -> ControlFile {
        do throws(PostgresError) {
            if let directory = try DataDirectory.containing(walPath: path) {
                return try ControlFile.read(in: directory)
            }
            guard let configured = cluster.dataDirectory else {
                throw PostgresError(
                    .notADataDirectory, "find the data directory of", path, "it is not below one",
                    hint: "Set pgdata in [cluster.\(cluster.name)].")
            }
            return try ControlFile.read(in: DataDirectory(configured))
        } catch {
            throw OperationError(error)
        }
    }

    /// The ready files that PostgreSQL will ask for next. Without the directory of their marks there are none.
    private func lookahead(behind name: WALFileName, _ path: String) -> [WaitingFile] {
        let limit = configuration.wal.lookahead
        guard limit > 0, let directory = FileSystem.parent(of: path),
            let names = try? ReadyFiles.oldest(in: directory, limit: limit + 1)
        else { return [] }
        let known = ledger.load()
        return names.filter { $0 != name }.prefix(limit).compactMap { name in
            let path = "\(directory)/\(name)"
            guard let status = (try? FileSystem.status(of: path)) ?? nil, !known.holds("\(name)", status) else {
                return nil
            }
            return WaitingFile(name: name, path: path)
        }
    }

    /// A ledger that cannot be written costs the look-ahead its use, and nothing else.
    private func record(_ files: [ArchivedFile]) {
        guard files.count > 1 else { return }
        try? ledger.record(files.map { ("\($0.name)", $0.status) })
    }

    /// Notes what best-effort repositories did not get, for an agent to give it to them later. Returns warnings.
    private func note(_ files: [ArchivedFile], _ target: ArchiveTarget) -> [String] {
        let now = Clock.now().seconds
        let asked = Set(target.repositories.map(\.name))
        var warnings: [String] = []
        for settings in configuration.repositories where !settings.isRequired {
            let lacked = files.filter { $0.lackedBy.contains(settings.name) || !asked.contains(settings.name) }
            guard !lacked.isEmpty else { continue }
            let entries = lacked.map { file in
                BacklogList.Entry(WALObjectName(system: target.system, name: file.name), addedSeconds: now)
            }
            let backlog = BacklogFile(
                stateDirectory: cluster.stateDirectory, cluster: cluster.name, repository: settings,
                limit: configuration.agent.backlogEntries)
            do throws(PlatformError) {
                try backlog.add(entries)
            } catch {
                warnings.append("repository \"\(settings.name)\": what it lacks cannot be noted: \(error)")
            }
        }
        return warnings
    }

    /// For whom and for which repositories a ledger holds.
    static func scope(_ cluster: ClusterConfiguration, _ repositories: [RepositoryConfiguration]) -> String {
        let places = repositories.filter(\.isRequired).map { "\($0.name)=\($0.place)" }
        return "cluster=\(cluster.name) " + places.joined(separator: " ")
    }
}
