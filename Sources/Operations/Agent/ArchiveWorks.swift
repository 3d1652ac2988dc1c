import Codec
import Format
import Platform
import Postgres
import Stream

/// What all servers of an agent share for archiving: repositories with their connections, one sealing gang with its
/// buffers, and lanes, each of which takes one file at a time.
final class ArchiveWorks: Sendable {
    let configuration: Configuration
    let board = ArchiveBoard()
    let say: AgentSay
    let metrics: AgentMetrics
    /// Files under way at once.
    let lanes: Int
    /// All of the configuration, in its order.
    let repositories: [Repository]
    /// Those whose copy is waited for.
    private let required: [(repository: Repository, settings: RepositoryConfiguration)]
    private let pipeline: SealPipeline
    private let comparison: ContentComparison
    private let crew = Crew()
    private let copiers = Gate<[ClusterName: BacklogCopiers]>([:])

    init(
        _ configuration: Configuration, repositories: [Repository], lanes: Int, metrics: AgentMetrics,
        say: @escaping AgentSay
    ) throws(OperationError) {
        self.configuration = configuration
        self.lanes = lanes
        self.repositories = repositories
        self.say = say
        self.metrics = metrics
        required = zip(repositories, configuration.repositories).filter(\.0.isRequired).map { ($0, $1) }
        let keys = try HostKeys(configuration.encryption)
        comparison = try PushWAL.comparison(keys, configuration)
        pipeline = try SealPipeline(try Self.sealSettings(configuration, keys, lanes: lanes))
    }

    /// Of those whose copy is waited for.
    var requiredNames: [String] { required.map(\.repository.name) }

    static func sealSettings(
        _ configuration: Configuration, _ keys: HostKeys, lanes: Int
    ) throws(OperationError) -> SealSettings {
        SealSettings(
            parameters: try keys.sealParameters(), level: configuration.wal.compressionLevel, kind: .wal,
            threads: configuration.wal.threads ?? Process.cpuCount, objects: lanes,
            partBytes: configuration.repositories.filter(\.isRequired).map(\.partBytes).max() ?? 0)
    }

    /// Starts the lanes; with fewer threads the others take longer.
    func begin() throws(OperationError) {
        for number in 0..<lanes {
            do throws(PlatformError) {
                try crew.begin(name: "lane/\(number)") { self.work() }
            } catch {
                guard number > 0 else { throw OperationError(error) }
                break
            }
        }
    }

    private func work() {
        while let task = board.claim() { task.service.work(on: task.name) }
    }

    /// From now on no file is begun; what is under way goes on.
    func close() { board.close() }

    /// Closes and waits; false when something was still under way at the deadline, and the lanes with it.
    func end(until deadline: Deadline) -> Bool {
        close()
        let copying = copiers.withLock { Array($0.values) }.map { $0.stop(until: deadline) }
        guard board.drain(until: deadline), copying.allSatisfy(\.self) else { return false }
        crew.join()
        return true
    }

    /// Best-effort repositories get the file in their time, from a required one.
    func copyLater(_ name: WALFileName, of system: SystemIdentifier, in cluster: ClusterConfiguration) {
        guard let copiers = copiers.withLock({ $0[cluster.name] }) else { return }
        for (repository, copier) in copiers.all {
            do throws(OperationError) {
                try copier.add([name], of: system)
            } catch {
                say(.warning("repository \"\(repository)\" may have to be told of \"\(name)\" again: \(error)"))
            }
        }
    }

    /// Starts the copying for the best-effort repositories of a cluster; refused once closed, when nobody would end it.
    func beginCopying(for cluster: ClusterConfiguration) throws(OperationError) {
        try copiers.withLock { (copiers) throws(OperationError) in
            guard copiers[cluster.name] == nil else { return }
            guard !board.isClosed else { throw .gaveUp("copy the WAL of", "\(cluster.name)") }
            let (metrics, say) = (metrics, say)
            let made = try BacklogCopiers(
                configuration, cluster: cluster, repositories: repositories, comparison: comparison,
                limit: configuration.agent.backlogEntries,
                onChange: { metrics.noteBacklog($1, of: cluster, in: $0) },
                onWarning: { say(.warning("repository \"\($0)\": \($1)")) })
            try made.start()
            copiers[cluster.name] = made
        }
    }

    /// What best-effort repositories of the cluster are behind.
    func surveyBacklogs(of cluster: ClusterConfiguration, position: UInt64?) {
        guard let copiers = copiers.withLock({ $0[cluster.name] }) else { return }
        for (repository, copier) in copiers.all {
            let state = copier.state
            metrics.noteBacklog(state, of: cluster, in: repository)
            if state.count == 0, let position { metrics.noteDurable(position, of: cluster, in: [repository]) }
        }
    }

    /// Where the WAL of the system in `directory` goes.
    func target(
        of cluster: ClusterConfiguration, _ directory: DataDirectory, until deadline: Deadline
    ) throws(OperationError) -> ArchiveTarget {
        let control: ControlFile
        do throws(PostgresError) {
            control = try ControlFile.read(in: directory)
        } catch {
            throw OperationError(error)
        }
        let cache = SystemCache(stateDirectory: cluster.stateDirectory)
        for (repository, settings) in required {
            try cache.require(control.system, of: cluster.name, in: repository, settings, until: deadline)
        }
        return ArchiveTarget(
            cluster: cluster.name, system: control.system, segmentSize: control.segmentSize,
            repositories: required.map(\.repository), pipeline: pipeline,
            comparison: comparison)
    }
}
