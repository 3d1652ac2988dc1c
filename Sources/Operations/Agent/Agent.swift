package import Format
package import Platform
import Postgres
import Storage

/// The resident archiver, as one reading of the configuration makes it: repositories with warm connections, the lanes
/// that archive ahead, what brings WAL back, and the backlogs of best-effort repositories.
package final class Agent: Sendable {
    package let configuration: Configuration
    /// Serves this cluster alone; nil for all of the configuration.
    private let only: ClusterName?
    private let works: ArchiveWorks
    private let interruption = Interruption()
    private let surveyor: AgentSurveyor
    private let fetches: FetchService
    private let metrics: MetricsRegistry
    private let services = Gate(Services())

    private struct Services: Sendable {
        var byDirectory: [String: PushService] = [:]
        var isOver = false
    }

    /// Data directories served at once; more is a client that makes them up.
    private static let servicesMax = 64
    /// Calls that a repository gets at once in the beginning: what it takes is found out.
    private static let callsFirst = 4

    /// Reads keys and opens repositories; connects to nothing.
    package init(
        _ configuration: Configuration, only: ClusterName?, environment: [String: String],
        metrics: MetricsRegistry, say: @escaping AgentSay
    ) throws(OperationError) {
        self.configuration = configuration
        self.only = only
        self.metrics = metrics
        let keys = try HostKeys(configuration.encryption)
        let repositories = try Repositories.open(
            configuration.repositories, environment: environment, callsFirst: Self.callsFirst,
            interruption: interruption
        ) { StoreMetrics(metrics, repository: $0.name) }
        fetches = FetchService(configuration, repositories: repositories)
        let lanes = try AgentMemory.lanes(configuration, keys, repositories)
        works = try ArchiveWorks(
            configuration, repositories: repositories, lanes: lanes, metrics: AgentMetrics(registry: metrics), say: say)
        let bound = try AgentMemory.explain(configuration, keys, repositories, lanes: lanes).total
        metrics.set(.memoryBound, Double(bound))
        var surveys: [ArchiveSurvey] = []
        for cluster in configuration.clusters where only == nil || only == cluster.name {
            AgentMetrics(registry: metrics).begin(cluster)
            surveys.append(try ArchiveSurvey(configuration, cluster: cluster, repositories: repositories))
        }
        surveyor = AgentSurveyor(surveys, registry: metrics)
    }

    /// The bound on what an agent of this configuration keeps in memory.
    package static func explainMemory(
        _ configuration: Configuration, environment: [String: String]
    ) throws(OperationError) -> MemorySum {
        let keys = try HostKeys(configuration.encryption)
        let repositories = try Repositories.open(configuration.repositories, environment: environment)
        let lanes = try AgentMemory.lanes(configuration, keys, repositories)
        return try AgentMemory.explain(configuration, keys, repositories, lanes: lanes)
    }

    /// Starts the lanes, and the looking ahead for every cluster whose data directory is known.
    package func begin() throws(OperationError) {
        try works.begin()
        for cluster in configuration.clusters where only == nil || only == cluster.name {
            guard let directory = cluster.dataDirectory, let data = try? DataDirectory(directory) else { continue }
            do throws(AgentRefusal) {
                _ = try service(walDirectory: data.walPath, data, cluster)
            } catch {
                works.say(.warning("cluster \"\(cluster.name)\" is not archived ahead: \(error.reason)"))
            }
        }
        surveyor.begin()
    }

    /// Brings up to date what is known at any moment but counted by nobody. Called before the metrics are told.
    package func sample() {
        works.metrics.registry.set(.memoryResident, Double(Process.residentBytes))
        for repository in works.repositories {
            works.metrics.registry.set(.storeConcurrencyLimit, Double(repository.callsAtOnce()), repository.name)
        }
    }

    /// What keeps this agent from doing its work, a sentence each without a full stop; empty when it does.
    package var troubles: [String] { works.board.troubles }

    /// Comes back at all only while no lock is held for ever.
    package func proveAlive() {
        services.withLock { _ in }
        _ = works.board.isClosed
    }

    /// Whether it is closed: what it refuses from then on is for the agent after it, or for the client itself.
    package var isEnding: Bool { services.withLock { $0.isOver } }

    /// Begins nothing any more. What is under way goes on, and `end` waits for it.
    package func close() {
        services.withLock { $0.isOver = true }
        works.close()
    }

    /// Closes and waits for what is under way; at the deadline that is given up, and what has been uploaded of it is
    /// removed again. False when even that did not end in its time, so that threads are left.
    package func end(until deadline: Deadline) -> Bool {
        close()
        let all = services.withLock { Array($0.byDirectory.values) }
        var isDone = works.end(until: deadline)
        isDone = fetches.stop(until: deadline) && isDone
        interruption.happen()
        if !isDone {
            let patience = Deadline.after(seconds: Self.givingUpSeconds)
            isDone = works.end(until: patience)
            isDone = fetches.stop(until: patience) && isDone
        }
        for service in all { service.end() }
        if isDone { surveyor.end() }
        return isDone
    }

    /// What giving up may take: one request per upload in parts.
    private static let givingUpSeconds = 5.0

    /// Throws unless `path`, which a client was told to use, is what the agent itself uses; empty stands for that.
    package func requireConfiguration(_ path: String) throws(AgentRefusal) {
        guard !path.isEmpty, path != configuration.file else { return }
        let own = configuration.file.flatMap { try? FileSystem.realPath($0) }
        guard let own, own == (try? FileSystem.realPath(path)) else {
            throw AgentRefusal(.configuration, "the agent works by \"\(configuration.file ?? "its environment")\"")
        }
    }

    /// Brings the file `name` (`%f`) to `target` (`%p`, below `directory` unless absolute).
    ///
    /// - Parameters:
    ///   - cluster: as the client names it; empty when it leaves that to the agent.
    ///   - isAbandoned: whether the client has gone; then nothing is put at the target.
    package func fetch(
        _ name: String, to target: String, in directory: String, cluster: String, caller: FetchCaller,
        isAbandoned: @escaping @Sendable () -> Bool
    ) throws(AgentRefusal) -> Result<FetchWAL.Outcome, OperationError> {
        let absolute = target.hasPrefix("/") ? target : "\(directory)/\(target)"
        let data = (try? DataDirectory.containing(walPath: absolute, workingDirectory: directory)) ?? nil
        let cluster = try self.cluster(named: cluster, of: data)
        let start = Clock.monotonicNanoseconds()
        let result: Result<FetchWAL.Outcome, OperationError>
        do throws(OperationError) {
            result = .success(
                try fetches.fetch(name, to: absolute, of: cluster, caller: caller, isAbandoned: isAbandoned))
        } catch {
            result = .failure(error)
        }
        AgentMetrics(registry: metrics).noteFetch(result, since: start, of: cluster)
        return result
    }

    /// The service for the file at `path` (PostgreSQL's `%p`, below `directory` unless absolute).
    ///
    /// - Parameter cluster: as the client names it; empty when it leaves that to the agent.
    package func service(
        for path: String, in directory: String, cluster name: String
    ) throws(AgentRefusal) -> (PushService, path: String) {
        let absolute = path.hasPrefix("/") ? path : "\(directory)/\(path)"
        let parent = FileSystem.parent(of: absolute) ?? "/"
        guard let walDirectory = try? FileSystem.realPath(parent) else {
            throw AgentRefusal(.server, "there is no directory \"\(parent)\"")
        }
        let file = "\(walDirectory)/\(absolute.split(separator: "/").last ?? "")"
        if let known = services.withLock({ $0.byDirectory[walDirectory] }) {
            guard name.isEmpty || name == "\(known.cluster.name)" else {
                throw AgentRefusal(.server, "the agent serves this directory as cluster \"\(known.cluster.name)\"")
            }
            return (known, file)
        }
        guard let data = (try? DataDirectory.containing(walPath: absolute, workingDirectory: directory)) ?? nil,
            let real = try? FileSystem.realPath(data.walPath), real == walDirectory
        else { throw AgentRefusal(.server, "\"\(parent)\" is not the WAL directory of a server") }
        let cluster = try self.cluster(named: name, of: data)
        return (try service(walDirectory: walDirectory, data, cluster), file)
    }

    /// The cluster of the configuration that `data` is the data directory of.
    private func cluster(named name: String, of data: DataDirectory?) throws(AgentRefusal) -> ClusterConfiguration {
        let served = configuration.clusters.filter { only == nil || only == $0.name }
        if !name.isEmpty {
            guard let named = served.first(where: { "\($0.name)" == name }) else {
                throw AgentRefusal(.server, "the agent does not serve cluster \"\(name)\"")
            }
            return named
        }
        if let real = data.flatMap({ try? FileSystem.realPath($0.path) }),
            let match = served.first(where: { $0.dataDirectory.flatMap { try? FileSystem.realPath($0) } == real })
        {
            return match
        }
        guard served.count == 1, configuration.clusters.count == 1 else {
            let path = data?.path ?? "none"
            throw AgentRefusal(.server, "no cluster of the agent's configuration has the data directory \"\(path)\"")
        }
        return served[0]
    }

    private func service(
        walDirectory: String, _ data: DataDirectory, _ cluster: ClusterConfiguration
    ) throws(AgentRefusal) -> PushService {
        let real: String
        do throws(PlatformError) {
            real = try FileSystem.realPath(walDirectory)
        } catch {
            throw AgentRefusal(.server, "\(error)")
        }
        do throws(OperationError) {
            try works.beginCopying(for: cluster)
        } catch {
            throw isEnding ? .ending : AgentRefusal(.trouble, "\(error)")
        }
        let made: PushService? = try services.withLock { (services) throws(AgentRefusal) in
            if let known = services.byDirectory[real] { return known }
            guard !services.isOver else { throw .ending }
            guard services.byDirectory.count < Self.servicesMax else { return nil }
            let service = PushService(
                number: services.byDirectory.count, walDirectory: real, dataDirectory: data, cluster: cluster,
                works: works)
            services.byDirectory[real] = service
            service.begin()
            return service
        }
        guard let made else { throw AgentRefusal(.server, "the agent serves too many servers") }
        return made
    }
}
