import Codec
package import Format
import Platform
import Storage
import Stream

/// `artifact list`: the versions that the repositories hold, by their records; no key is needed.
package struct ListArtifacts: Sendable {
    private let configuration: Configuration
    private let cluster: ClusterConfiguration
    private let environment: [String: String]

    /// Thousands of records, some at a time.
    private static let deadlineSeconds = 600.0
    /// Records read at once: hides the latency of a store without loading it.
    private static let lanes = 8

    package init(
        _ configuration: Configuration, cluster: ClusterConfiguration, environment: [String: String]
    ) {
        self.configuration = configuration
        self.cluster = cluster
        self.environment = environment
    }

    /// One version, in one or more repositories.
    package struct Holding: Sendable {
        package let record: ArtifactRecord
        /// In the order of the configuration.
        package fileprivate(set) var repositories: [String]

        package init(record: ArtifactRecord, repositories: [String]) {
            self.record = record
            self.repositories = repositories
        }
    }

    package struct Report: Sendable {
        /// In order of name and version.
        package fileprivate(set) var holdings: [Holding] = []
        /// Records that are there and cannot be believed, a sentence each.
        package fileprivate(set) var problems: [String] = []
    }

    /// All versions, or those of `name` and the names below it. Throws when a repository cannot be listed.
    package func run(_ name: ArtifactName?) throws(OperationError) -> Report {
        let deadline = Deadline.after(seconds: Self.deadlineSeconds)
        let signers = try HostKeys(configuration.encryption).signers()
        var report = Report()
        for repository in try Repositories.open(configuration.repositories, environment: environment) {
            let place = ArtifactVersions(cluster: cluster.name, repository: repository, signers: signers)
            let versions = try place.list(name, until: deadline)
            for result in Self.records(versions, in: place, until: deadline) {
                do throws(OperationError) {
                    report.add(try result.get(), in: repository.name)
                } catch {
                    guard error.code.kind == .badData else { throw error }
                    report.problems.append("\(error)")
                }
            }
        }
        report.holdings.sort { ($0.record.name, $0.record.version) < ($1.record.name, $1.record.version) }
        return report
    }

    /// The records in the order of `versions`; nil for one that has vanished.
    private static func records(
        _ versions: [ArtifactVersions.Version], in place: ArtifactVersions, until deadline: Deadline
    ) -> [Result<ArtifactRecord?, OperationError>] {
        let work = Gate(Work(versions))
        let crew = Crew()
        for number in 1..<max(2, min(lanes, versions.count)) {
            // Without a thread to be had the others do its share.
            try? crew.begin(name: "list/\(number)") { read(work, in: place, until: deadline) }
        }
        read(work, in: place, until: deadline)
        crew.join()
        return work.withLock { work in versions.indices.compactMap { work.results[$0] } }
    }

    private static func read(_ work: Gate<Work>, in place: ArtifactVersions, until deadline: Deadline) {
        while let (index, version) = work.withLock({ $0.take() }) {
            let result = Result { () throws(OperationError) in try place.record(version, until: deadline) }
            work.withLock { $0.results[index] = result }
        }
    }

    private struct Work: Sendable {
        private var waiting: EnumeratedSequence<[ArtifactVersions.Version]>.Iterator
        var results: [Int: Result<ArtifactRecord?, OperationError>] = [:]

        init(_ versions: [ArtifactVersions.Version]) { waiting = versions.enumerated().makeIterator() }

        mutating func take() -> (Int, ArtifactVersions.Version)? { waiting.next().map { ($0.offset, $0.element) } }
    }
}

extension ListArtifacts.Report {
    fileprivate mutating func add(_ record: ArtifactRecord?, in repository: String) {
        guard let record else { return }
        if let known = holdings.firstIndex(where: { $0.record == record }) {
            holdings[known].repositories.append(repository)
        } else {
            holdings.append(ListArtifacts.Holding(record: record, repositories: [repository]))
        }
    }
}
