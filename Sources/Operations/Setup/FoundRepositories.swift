import Format
import Platform
import Postgres
import Storage

/// `init`, second half: makes every configured place a repository that knows the cluster.
package struct FoundRepositories: Sendable {
    private let configuration: Configuration
    private let cluster: ClusterConfiguration
    private let environment: [String: String]

    /// Setting up is done by a person, who waits.
    private static let deadlineSeconds = 60.0

    package init(_ configuration: Configuration, cluster: ClusterConfiguration, environment: [String: String]) {
        self.configuration = configuration
        self.cluster = cluster
        self.environment = environment
    }

    /// What `init` found or made.
    package struct Report: Sendable {
        package let system: String
        package let major: Int?
        package let segmentBytes: UInt64
        /// Names of repositories that were made, and of those that learnt of the system.
        package var founded: [String] = []
        package var joined: [String] = []
    }

    /// Creates `trunkline.json` and the system's record wherever they are missing; what is there stays as it is.
    package func run() throws(OperationError) -> Report {
        let control = try controlFile()
        var report = Report(
            system: "\(control.system)", major: control.major, segmentBytes: control.segmentSize.byteCount)
        let repositories = try Repositories.open(configuration.repositories, environment: environment)
        let cache = SystemCache(stateDirectory: cluster.stateDirectory)
        let deadline = Deadline.after(seconds: Self.deadlineSeconds)
        for (repository, settings) in zip(repositories, configuration.repositories) {
            if try found(repository, settings, until: deadline) { report.founded.append(repository.name) }
            if try join(control, repository, until: deadline) {
                report.joined.append(repository.name)
                // A place that is new has none of what an earlier one of that name was given.
                PushLedgerFile.forget(in: cluster.stateDirectory)
            }
            cache.remember(control.system, of: cluster.name, in: settings)
        }
        return report
    }

    private func controlFile() throws(OperationError) -> ControlFile {
        guard let path = cluster.dataDirectory else {
            throw OperationError(
                .configuration, operation: "set up", object: "\(cluster.name)", cause: "the cluster has no \"pgdata\"")
        }
        do throws(PostgresError) {
            return try ControlFile.read(in: DataDirectory(path))
        } catch {
            throw OperationError(error)
        }
    }

    /// True when the place became a repository just now.
    private func found(
        _ repository: Repository, _ settings: RepositoryConfiguration, until deadline: Deadline
    ) throws(OperationError) -> Bool {
        if case .directory(let root) = settings.location {
            do throws(StoreError) {
                let store = LocalStore(root: root, name: repository.name)
                try store.makeRoot()
                // What killed pushes left; one look at every directory, which a push has no time for.
                if try store.head(RepositoryLayout.marker, until: deadline) != nil {
                    _ = try store.removeAbandoned(until: deadline)
                }
            } catch {
                throw OperationError(error)
            }
        }
        let marker = RepositoryMarker(now: Clock.now())
        if try repository.createSmall(RepositoryLayout.marker, marker.octets, until: deadline) { return true }
        let octets = try repository.readSmall(
            RepositoryLayout.marker, limit: PlainRecord.byteCountMax, until: deadline)
        guard let existing = octets.flatMap({ RepositoryMarker($0) }) else {
            throw OperationError(
                .damaged, operation: "set up repository", object: repository.name,
                cause: "its \"\(RepositoryLayout.marker)\" is none of ours")
        }
        guard existing.format == RepositoryMarker.formatVersion else {
            throw OperationError(
                .configuration, operation: "set up repository", object: repository.name,
                cause: "it has format \(existing.format), this program writes \(RepositoryMarker.formatVersion)")
        }
        return false
    }

    private func join(
        _ control: ControlFile, _ repository: Repository, until deadline: Deadline
    ) throws(OperationError) -> Bool {
        let key = RepositoryLayout.key(of: control.system, in: cluster.name)
        let record = SystemRecord(control, now: Clock.now())
        if try repository.createSmall(key, record.octets, until: deadline) { return true }
        let octets = try repository.readSmall(key, limit: PlainRecord.byteCountMax, until: deadline)
        guard let existing = octets.flatMap({ SystemRecord($0) }), existing.system == record.system,
            existing.segmentSize == record.segmentSize
        else {
            throw OperationError(
                .damaged, operation: "set up repository", object: repository.name,
                cause: "its \"\(key)\" does not describe this system")
        }
        return false
    }
}
