package import Format
import Platform
import Storage

/// `wal list`: what the repositories hold, by names alone; no key is needed.
package struct ListWAL: Sendable {
    private let configuration: Configuration
    private let cluster: ClusterConfiguration
    private let environment: [String: String]

    /// A listing of a million segments takes a thousand requests.
    private static let deadlineSeconds = 600.0

    package init(_ configuration: Configuration, cluster: ClusterConfiguration, environment: [String: String]) {
        self.configuration = configuration
        self.cluster = cluster
        self.environment = environment
    }

    /// The WAL of one system identifier in one repository.
    package struct Holding: Sendable {
        package let repository: String
        package let system: SystemIdentifier
        package let major: Int?
        package let segmentSize: SegmentSize
        package let timelines: [SegmentRanges.Timeline]
        /// Sealed bytes of everything listed.
        package let storedBytes: UInt64
    }

    /// Every system of the cluster in every repository, in their order.
    package func run() throws(OperationError) -> [Holding] {
        let deadline = Deadline.after(seconds: Self.deadlineSeconds)
        var holdings: [Holding] = []
        for repository in try Repositories.open(configuration.repositories, environment: environment) {
            var systems: [(SystemIdentifier, ObjectKey)] = []
            try repository.forEachObject(below: RepositoryLayout.systemsPrefix(of: cluster.name), until: deadline) {
                object in
                guard case .system(_, let identifier) = RepositoryLayout.place(of: object.key) else { return }
                systems.append((identifier, object.key))
            }
            for (system, key) in systems { holdings.append(try holding(system, key, repository, deadline)) }
        }
        return holdings
    }

    private func holding(
        _ system: SystemIdentifier, _ key: ObjectKey, _ repository: Repository, _ deadline: Deadline
    ) throws(OperationError) -> Holding {
        let octets = try repository.readSmall(key, limit: PlainRecord.byteCountMax, until: deadline)
        guard let record = octets.flatMap({ SystemRecord($0) }), record.system == system else {
            throw OperationError(
                .damaged, operation: "list WAL", object: key.path,
                cause: "the record in repository \"\(repository.name)\" is damaged")
        }
        var ranges = SegmentRanges(segmentSize: record.segmentSize)
        var storedBytes: UInt64 = 0
        let prefix = RepositoryLayout.walPrefix(of: cluster.name, system)
        try repository.forEachObject(below: prefix, until: deadline) { object in
            guard case .wal(_, _, let name) = RepositoryLayout.place(of: object.key) else { return }
            ranges.insert(name)
            storedBytes += object.byteCount
        }
        return Holding(
            repository: repository.name, system: system, major: record.major, segmentSize: record.segmentSize,
            timelines: ranges.timelines, storedBytes: storedBytes)
    }
}
