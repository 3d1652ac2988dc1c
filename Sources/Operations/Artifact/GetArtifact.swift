import Codec
package import Format
import Platform
import Storage

/// `artifact get`: brings a version of an artifact back.
package struct GetArtifact: Sendable {
    private let configuration: Configuration
    private let cluster: ClusterConfiguration
    private let environment: [String: String]

    /// How long the repositories may take to say which versions they have.
    private static let lookSeconds = 300.0

    package init(
        _ configuration: Configuration, cluster: ClusterConfiguration, environment: [String: String]
    ) {
        self.configuration = configuration
        self.cluster = cluster
        self.environment = environment
    }

    /// A version that has gone to the sink as a whole, and was found right.
    package struct Restored: Sendable {
        package let record: ArtifactRecord
        /// What was amiss with repositories that were not needed, a sentence each.
        package let warnings: [String]
    }

    /// Hands the content of the version, or of the newest one, to `sink`; nil when every repository says that there is
    /// no such version.
    ///
    /// Only when it has returned is the content known to be whole. After the first byte was handed over, a failure is
    /// final; before, the next repository is asked.
    package func run(
        _ name: ArtifactName, version: BackupID?, into sink: any ArtifactSink
    ) throws(OperationError) -> Restored? {
        let keys = try HostKeys(configuration.encryption)
        let signers = try keys.signers()
        let places = try Repositories.open(configuration.repositories, environment: environment).map {
            ArtifactVersions(cluster: cluster.name, repository: $0, signers: signers)
        }
        var answers = RepositoryAnswers()
        var warnings: [String] = []
        let found = find(name, version, in: places, &answers, &warnings)
        guard let version = found.version else {
            switch answers.verdict {
            case .missing: return nil
            case .trouble(let error): throw error
            }
        }
        let pipeline = try OpenPipeline(
            FetchWAL.openSettings(try keys.openParameters(), configuration.wal, objects: 1))
        let record = try fetch(.init(name: name, id: version), from: found.places, pipeline, sink, &warnings)
        return Restored(record: record, warnings: warnings)
    }

    /// The version wanted and where it is, as far as the repositories say.
    private func find(
        _ name: ArtifactName, _ wanted: BackupID?, in places: [ArtifactVersions], _ answers: inout RepositoryAnswers,
        _ warnings: inout [String]
    ) -> (version: BackupID?, places: [ArtifactVersions]) {
        let deadline = Deadline.after(seconds: Self.lookSeconds)
        var found: [(place: ArtifactVersions, id: BackupID)] = []
        for place in places {
            do throws(OperationError) {
                let versions = try place.list(name, until: place.repository.patience(deadline))
                let ids = versions.filter { $0.name == name && (wanted == nil || $0.id == wanted) }.map(\.id)
                guard let newest = ids.max() else {
                    answers.add(.missing, from: place.repository.name)
                    continue
                }
                found.append((place, newest))
            } catch {
                answers.add(.trouble(error), from: place.repository.name)
                warnings.append("repository \"\(place.repository.name)\" is left out: \(error.cause)")
            }
        }
        let newest = found.map(\.id).max()
        return (newest, found.filter { $0.id == newest }.map(\.place))
    }

    /// From the first place that gives it whole; `places` has at least one.
    private func fetch(
        _ version: ArtifactVersions.Version, from places: [ArtifactVersions], _ pipeline: OpenPipeline,
        _ sink: any ArtifactSink, _ warnings: inout [String]
    ) throws(OperationError) -> ArtifactRecord {
        var first: OperationError?
        for place in places {
            do throws(OperationError) {
                return try fetch(version, from: place, pipeline, sink)
            } catch {
                if sink.hasBegun { throw error }
                first = first ?? error
                warnings.append("repository \"\(place.repository.name)\" is left out: \(error.cause)")
            }
        }
        throw first ?? .gaveUp("fetch", "\(version.name)")
    }

    private func fetch(
        _ version: ArtifactVersions.Version, from place: ArtifactVersions, _ pipeline: OpenPipeline,
        _ sink: any ArtifactSink
    ) throws(OperationError) -> ArtifactRecord {
        let key = RepositoryLayout.key(of: .stream, version.id, of: version.name, in: cluster.name)
        let deadline = Deadline.after(seconds: Self.lookSeconds)
        guard let record = try place.record(version, until: deadline) else { throw Self.incomplete(key, place) }
        // No deadline for all of it: nobody knows how fast the sink is. Each read has its own.
        guard let opened = try pipeline.open(key, of: place.repository.store, into: sink, until: .never) else {
            throw Self.incomplete(key, place)
        }
        guard opened.content.byteCount == record.byteCount else {
            throw OperationError(
                .damaged, operation: "fetch", object: key.path,
                cause: "\(opened.content.byteCount) bytes, its record says \(record.byteCount)")
        }
        try sink.finish()
        return record
    }

    private static func incomplete(_ key: ObjectKey, _ place: ArtifactVersions) -> OperationError {
        OperationError(
            .damaged, operation: "fetch", object: key.path,
            cause: "repository \"\(place.repository.name)\" has only one of the version's two objects")
    }
}
