import Codec
import Format
import Platform
import Storage

/// What one repository holds of artifacts, by names and records; no key is needed.
struct ArtifactVersions: Sendable {
    let cluster: ClusterName
    let repository: Repository
    /// Whose records count; empty for everybody's.
    let signers: [Codec.Signer]

    struct Version: Hashable, Comparable, Sendable {
        let name: ArtifactName
        let id: BackupID

        static func < (left: Version, right: Version) -> Bool { (left.name, left.id) < (right.name, right.id) }
    }

    /// The versions whose records are there, in order: of `name` and the names below it, or of all.
    ///
    /// That there is none is an answer only of a repository that holds the cluster.
    func list(_ name: ArtifactName?, until deadline: Deadline) throws(OperationError) -> [Version] {
        let prefix =
            name.map { RepositoryLayout.artifactsPrefix(of: cluster, below: $0) }
            ?? RepositoryLayout.artifactsPrefix(of: cluster)
        var versions: [Version] = []
        try repository.forEachObject(below: prefix, until: deadline) { object in
            guard case .artifact(_, let name, let id, .record) = RepositoryLayout.place(of: object.key) else { return }
            versions.append(Version(name: name, id: id))
        }
        if versions.isEmpty { try repository.requireCluster(cluster, until: deadline) }
        return versions.sorted()
    }

    /// The record of a version; nil when the repository has none.
    func record(_ version: Version, until deadline: Deadline) throws(OperationError) -> ArtifactRecord? {
        let key = RepositoryLayout.key(of: .record, version.id, of: version.name, in: cluster)
        let opened = try repository.readPlain(
            key, limit: PlainRecord.byteCountMax, signers: signers, until: deadline)
        guard let opened else { return nil }
        guard let record = ArtifactRecord(opened.content, of: version.name, version.id) else {
            throw OperationError(
                .damaged, operation: "read", object: key.path,
                cause: "the record in repository \"\(repository.name)\" is none of an artifact")
        }
        return record
    }
}
