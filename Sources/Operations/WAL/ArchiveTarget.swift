import Codec
import Format
import Platform
import Postgres
import Storage
import Stream

/// Where the WAL of one system goes: every repository, under the cluster's name.
struct ArchiveTarget: Sendable {
    let cluster: ClusterName
    let system: SystemIdentifier
    let segmentSize: SegmentSize
    let repositories: [Repository]
    let pipeline: SealPipeline
    /// Tells what is there already from what must not be overwritten.
    let comparison: ContentComparison

    /// Stores the WAL file at `path` in every repository and returns the file's status and what a best-effort
    /// repository failed at, as warnings.
    ///
    /// Checks the header before a byte is stored, and that the file did not change meanwhile. A name that exists with
    /// the same content is success; with other content it is an error, and nothing changes.
    func archive(_ name: WALFileName, at path: String, until deadline: Deadline) throws(OperationError) -> ArchivedFile
    {
        let source = try FileSource(path)
        let status = try source.status()
        try check(name, source, status)
        let key = RepositoryLayout.key(of: name, in: cluster, system)
        let writer = RepositoryWriter(repositories, key: key, until: deadline)
        let content: ContentSummary
        do throws(OperationError) {
            content = try pipeline.seal(source, as: key, into: writer, until: deadline)
            try requireUnchanged(path, since: status, source, content)
        } catch {
            writer.abort()
            throw error
        }
        var warnings: [String] = []
        var lackedBy: [String] = []
        for outcome in writer.commit() {
            do throws(OperationError) {
                try settle(outcome, key, content, until: deadline)
            } catch {
                guard !outcome.repository.isRequired else { throw error }
                warnings.append("repository \"\(outcome.repository.name)\" does not have \"\(name)\": \(error.cause)")
                if !error.isPermanent { lackedBy.append(outcome.repository.name) }
            }
        }
        return ArchivedFile(name: name, status: status, warnings: warnings, lackedBy: lackedBy)
    }

    private func settle(
        _ outcome: RepositoryOutcome, _ key: ObjectKey, _ content: ContentSummary, until deadline: Deadline
    ) throws(OperationError) {
        switch outcome.result {
        case .success(.created): return
        case .success(.alreadyExists):
            try comparison.requireSame(key, content, in: outcome.repository, until: deadline)
        case .failure(let error): throw error
        }
    }

    /// Refuses a segment of another cluster, timeline, place or size before a byte of it is stored.
    private func check(_ name: WALFileName, _ source: FileSource, _ status: FileStatus) throws(OperationError) {
        guard name.holdsWAL, let segment = name.segment else { return }
        let head = try source.head(SegmentCheck.headByteCount)
        do throws(PostgresError) {
            try head.withOctets { (octets) throws(PostgresError) in
                _ = try SegmentCheck(system: system, segmentSize: segmentSize).check(
                    head: octets, byteCount: status.size, as: segment, object: "\(name)")
            }
        } catch {
            throw OperationError(error)
        }
    }

    /// PostgreSQL never changes a file it wants archived; somebody else might.
    private func requireUnchanged(
        _ path: String, since before: FileStatus, _ source: FileSource, _ content: ContentSummary
    ) throws(OperationError) {
        let after = try source.status()
        guard after == before, content.byteCount == before.size else {
            throw OperationError(
                .wrongFile, operation: "archive", object: path, cause: "the file changed while it was read")
        }
    }
}

/// One file that is durable in every required repository.
struct ArchivedFile: Sendable {
    let name: WALFileName
    /// Of the file that was read.
    let status: FileStatus
    /// What best-effort repositories failed at, a sentence each.
    let warnings: [String]
    /// The best-effort repositories that may get it later, by name.
    let lackedBy: [String]
}
