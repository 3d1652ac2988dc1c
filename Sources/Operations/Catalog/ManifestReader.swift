import Codec
package import Format
package import Platform
import Storage

/// Opens manifests: sealed, signed, and held in memory as a whole.
package struct ManifestReader: Sendable {
    private let pipeline: OpenPipeline

    /// - Parameter pipeline: opens under the reader's identities, and believes the signers that it was given.
    package init(_ pipeline: OpenPipeline) {
        self.pipeline = pipeline
    }

    /// The manifest of the backup that `summary` is of, from one repository; nil when that says it has none.
    ///
    /// Throws `damaged` for one that is of another backup, cluster or system, and refers to other packs.
    package func manifest(
        of summary: BackupSummary, in repository: Repository, until deadline: Deadline
    ) throws(OperationError) -> BackupManifest? {
        let key = RepositoryLayout.key(of: .manifest, summary.id, in: summary.cluster)
        do throws(OperationError) {
            let sink = OctetsSink(limit: BackupManifest.byteCountMax, object: key.path)
            guard try pipeline.open(key, of: repository.store, into: sink, until: deadline) != nil else { return nil }
            let manifest = try Self.parse(sink.octets, key)
            try Self.check(manifest, summary, key)
            return manifest
        } catch {
            throw error.noting("repository \"\(repository.name)\"")
        }
    }

    private static func parse(_ octets: [UInt8], _ key: ObjectKey) throws(OperationError) -> BackupManifest {
        do throws(FormatError) {
            return try BackupManifest.parse(octets)
        } catch {
            throw damaged(key, "\(error)")
        }
    }

    private static func check(
        _ manifest: BackupManifest, _ summary: BackupSummary, _ key: ObjectKey
    ) throws(OperationError) {
        let facts = manifest.facts
        guard facts.id == summary.id, facts.cluster == summary.cluster, facts.system == summary.system else {
            throw damaged(
                key, "it is of backup \(facts.id) of cluster \"\(facts.cluster)\", system \(facts.system)")
        }
        guard facts.timeline == summary.timeline, facts.startLSN == summary.startLSN, facts.stopLSN == summary.stopLSN
        else { throw damaged(key, "it tells another place in the WAL than the backup's summary") }
        // Whoever sweeps believes the summary; a pack that only the manifest knows may be gone.
        let listed = Set(summary.packs)
        if let pack = manifest.packs.first(where: { !listed.contains($0.id) }) {
            throw damaged(key, "it refers to pack \(pack.id), which the backup's summary does not")
        }
    }

    private static func damaged(_ key: ObjectKey, _ cause: String) -> OperationError {
        OperationError(.damaged, operation: "read manifest", object: key.path, cause: cause)
    }
}
