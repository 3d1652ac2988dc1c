import Codec
import Format
import Platform
import Postgres

/// Where a fetch gets its repositories and keys: made for one call, or kept by a process that serves many.
protocol WALSources: Sendable {
    /// The source of the WAL of the server with this control file.
    ///
    /// - Parameters:
    ///   - cluster: nil for the only one that the repositories hold.
    ///   - objects: opened at the same time by this caller.
    func source(
        for control: ControlFile, of cluster: ClusterName?, objects: Int, until deadline: Deadline
    ) throws(OperationError) -> WALSource
}

/// Makes everything anew: for a process that lives for one file.
struct OwnSources: WALSources {
    let configuration: Configuration
    let environment: [String: String]

    func source(
        for control: ControlFile, of cluster: ClusterName?, objects: Int, until deadline: Deadline
    ) throws(OperationError) -> WALSource {
        let repositories = try Repositories.open(configuration.repositories, environment: environment)
        let keys = try HostKeys(configuration.encryption)
        let settings = FetchWAL.openSettings(try keys.openParameters(), configuration.wal, objects: objects)
        let pipeline = try OpenPipeline(settings)
        let name: ClusterName
        if let cluster { name = cluster } else { name = try ClusterSearch.only(in: repositories, until: deadline) }
        return WALSource(
            cluster: name, system: control.system, segmentSize: control.segmentSize, repositories: repositories,
            pipeline: pipeline)
    }
}

/// Keeps everything: connections, keys, and the threads and buffers that open objects, for any number of servers.
final class WarmSources: WALSources {
    private let configuration: Configuration
    private let repositories: [Repository]
    /// Made with the first file: a host that only archives need have no identity.
    private let pipeline = Gate<OpenPipeline?>(nil)
    private let onlyCluster = Gate<ClusterName?>(nil)
    private let proofs = SystemProofs()

    init(_ configuration: Configuration, repositories: [Repository]) {
        self.configuration = configuration
        self.repositories = repositories
    }

    func source(
        for control: ControlFile, of cluster: ClusterName?, objects: Int, until deadline: Deadline
    ) throws(OperationError) -> WALSource {
        let name: ClusterName
        if let cluster { name = cluster } else { name = try only(until: deadline) }
        return WALSource(
            cluster: name, system: control.system, segmentSize: control.segmentSize, repositories: repositories,
            pipeline: try sharedPipeline(), proofs: proofs)
    }

    private func sharedPipeline() throws(OperationError) -> OpenPipeline {
        try pipeline.withLock { (pipeline) throws(OperationError) in
            if let pipeline { return pipeline }
            // Nobody sits there to be asked for a passphrase.
            let parameters = try HostKeys(configuration.encryption).openParameters(asks: false)
            let made = try OpenPipeline(FetchService.openSettings(parameters, configuration.wal))
            pipeline = made
            return made
        }
    }

    private func only(until deadline: Deadline) throws(OperationError) -> ClusterName {
        if let known = onlyCluster.withLock({ $0 }) { return known }
        let found = try ClusterSearch.only(in: repositories, until: deadline)
        onlyCluster.withLock { $0 = found }
        return found
    }
}

/// Which repositories have lately been seen to hold a system: whoever may trust that saves a request for each file
/// that is missing.
final class SystemProofs: Sendable {
    private let seen = Gate<[String: Deadline]>([:])

    /// The record is never deleted while the cluster archives; a repository that is set up anew is noticed after this.
    private static let trustedSeconds = 60.0

    func holds(_ key: ObjectKey, in repository: String) -> Bool {
        seen.withLock { $0["\(repository) \(key)"].map { !$0.hasPassed } ?? false }
    }

    func saw(_ key: ObjectKey, in repository: String) {
        seen.withLock { seen in
            seen = seen.filter { !$0.value.hasPassed }
            seen["\(repository) \(key)"] = .after(seconds: Self.trustedSeconds)
        }
    }
}
