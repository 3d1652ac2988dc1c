import Codec
import Format
import Platform
import Storage

/// Puts one version of an artifact into the repositories: the stream everywhere, then its record.
struct ArtifactUpload: Sendable {
    let cluster: ClusterName
    let repositories: [Repository]
    let pipeline: SealPipeline
    let parameters: SealParameters
    let comparison: ContentComparison
    /// The length that every repository must be able to take.
    let streamBytesMax: UInt64

    /// Stores all that `source` yields. There is no deadline for all of it, as nobody knows how long it is; each call
    /// to a repository has one.
    ///
    /// Throws when the source or a required repository fails; then no version has come to be, at least not there.
    func run(
        _ name: ArtifactName, _ version: BackupID, _ contentType: ContentType?, from source: any ContentSource,
        _ warnings: inout [String]
    ) throws(OperationError) -> ArtifactRecord {
        let key = RepositoryLayout.key(of: .stream, version, of: name, in: cluster)
        let writer = RepositoryWriter(repositories, key: key, upTo: streamBytesMax, until: .never)
        let content: ContentSummary
        do throws(OperationError) {
            content = try pipeline.seal(source, as: key, into: writer, until: .never)
        } catch {
            writer.abort()
            throw error
        }
        var holders: [Repository] = []
        for outcome in writer.commit() {
            let isHeld = try settling(outcome.repository, name, version, &warnings) { () throws(OperationError) in
                guard try outcome.result.get() == .alreadyExists else { return }
                try comparison.requireSame(key, content, in: outcome.repository, until: .never)
            }
            if isHeld { holders.append(outcome.repository) }
        }
        let record = ArtifactRecord(
            name: name, version: version, contentType: contentType, byteCount: content.byteCount,
            storedByteCount: writer.byteCount, now: Clock.now())
        try create(record, in: holders, &warnings)
        return record
    }

    private func create(
        _ record: ArtifactRecord, in holders: [Repository], _ warnings: inout [String]
    ) throws(OperationError) {
        let key = RepositoryLayout.key(of: .record, record.version, of: record.name, in: cluster)
        let sealed = try PlainStream.seal(record.content, as: key, by: parameters)
        for repository in holders {
            _ = try settling(repository, record.name, record.version, &warnings) { () throws(OperationError) in
                try repository.createPlain(key, sealed, until: .never)
            }
        }
    }

    /// False, and a warning, when `body` fails and the repository is best effort.
    private func settling(
        _ repository: Repository, _ name: ArtifactName, _ version: BackupID, _ warnings: inout [String],
        _ body: () throws(OperationError) -> Void
    ) throws(OperationError) -> Bool {
        do throws(OperationError) {
            try body()
            return true
        } catch {
            guard !repository.isRequired else { throw error }
            warnings.append("repository \"\(repository.name)\" does not have \"\(name)\" \(version): \(error.cause)")
            return false
        }
    }
}
