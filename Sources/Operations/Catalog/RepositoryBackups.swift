package import Codec
package import Format
package import Platform
import Storage
import Stream

/// The backups of a cluster that one repository holds: those whose summary is there.
package struct RepositoryBackups: Sendable {
    package let repository: Repository
    /// Ascending by id.
    package let summaries: [BackupSummary]
    /// Summaries that are there and cannot be believed: damaged, not signed by a trusted host, of another name. They
    /// count as no backup; whoever lists says so.
    package let refused: [OperationError]

    /// Hides the latency of one small read behind those of others.
    private static let readersMax = 8

    /// Lists `backups/` and reads every summary.
    ///
    /// - Parameter signers: whose signatures count; empty for every good one, and for none.
    /// - Throws: when the repository does not answer. A summary that is refused is no failure.
    package static func read(
        _ cluster: ClusterName, in repository: Repository, signers: [Codec.Signer], until deadline: Deadline
    ) throws(OperationError) -> RepositoryBackups {
        let ids = try ids(of: cluster, in: repository, deadline)
        let found = Gate<[BackupID: Result<BackupSummary, OperationError>]>([:])
        try Crew.each(below: ids.count, threads: readersMax, name: "summary") { (index) throws(OperationError) in
            let answer = try Self.summary(ids[index], cluster, repository, signers, deadline)
            if let answer { found.withLock { $0[ids[index]] = answer } }
        }
        let answers = found.withLock { $0 }
        return RepositoryBackups(
            repository: repository, summaries: ids.compactMap { try? answers[$0]?.get() },
            refused: ids.compactMap { id in
                if case .failure(let error) = answers[id] { error } else { nil }
            })
    }

    private static func ids(
        of cluster: ClusterName, in repository: Repository, _ deadline: Deadline
    ) throws(OperationError) -> [BackupID] {
        var ids: [BackupID] = []
        try repository.forEachObject(below: RepositoryLayout.backupsPrefix(of: cluster), until: deadline) { object in
            guard case .backup(_, let id, .summary) = RepositoryLayout.place(of: object.key) else { return }
            ids.append(id)
        }
        return ids.sorted()
    }

    /// Nil when the summary has vanished since it was listed: somebody prunes.
    private static func summary(
        _ id: BackupID, _ cluster: ClusterName, _ repository: Repository, _ signers: [Codec.Signer],
        _ deadline: Deadline
    ) throws(OperationError) -> Result<BackupSummary, OperationError>? {
        let key = RepositoryLayout.key(of: .summary, id, in: cluster)
        do throws(OperationError) {
            let opened = try repository.readPlain(
                key, limit: BackupSummary.byteCountMax, signers: signers, until: deadline)
            guard let opened else { return nil }
            let record = PlainRecord(opened.content.span, limit: BackupSummary.byteCountMax)
            guard let summary = record.flatMap({ BackupSummary($0) }), summary.id == id, summary.cluster == cluster
            else {
                throw OperationError(
                    .damaged, operation: "read", object: key.path, cause: "this is not the summary of that backup"
                ).noting("repository \"\(repository.name)\"")
            }
            return .success(summary)
        } catch {
            guard error.code.kind == .badData else { throw error }
            return .failure(error)
        }
    }
}
