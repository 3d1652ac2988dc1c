import Codec
package import Format
import Platform

/// `show`: everything about one backup.
package struct ShowBackup: Sendable {
    private let configuration: Configuration
    private let cluster: ClusterName
    private let environment: [String: String]

    /// A manifest of some hundred MiB over a slow line.
    private static let deadlineSeconds = 1800.0

    package init(_ configuration: Configuration, cluster: ClusterName, environment: [String: String]) {
        self.configuration = configuration
        self.cluster = cluster
        self.environment = environment
    }

    /// What is known of a backup.
    package struct Result: Sendable {
        package let summary: BackupSummary
        /// The repositories that have it.
        package let repositories: [String]
        /// Nil when no identity opens it.
        package let manifest: BackupManifest?
        /// Repositories that were not asked, and why.
        package let absences: [BackupCatalog.Absence]

        package init(
            summary: BackupSummary, repositories: [String], manifest: BackupManifest?,
            absences: [BackupCatalog.Absence] = []
        ) {
            self.summary = summary
            self.repositories = repositories
            self.manifest = manifest
            self.absences = absences
        }
    }

    /// - Parameters:
    ///   - name: as `BackupCatalog.backup` takes it.
    ///   - needsManifest: whether to fail, or to ask for a passphrase, rather than to show what is in the clear.
    package func run(_ name: String, needsManifest: Bool) throws(OperationError) -> Result {
        let deadline = Deadline.after(seconds: Self.deadlineSeconds)
        let repositories = try Repositories.open(configuration.repositories, environment: environment)
        let keys = try HostKeys(configuration.encryption)
        let catalog = try BackupCatalog.read(cluster, in: repositories, signers: try keys.signers(), until: deadline)
        let summary = try catalog.backup(name)
        let holders = catalog.repositories(of: summary)
        let manifest = try manifest(of: summary, in: holders, keys, needsManifest: needsManifest, deadline)
        return Result(
            summary: summary, repositories: holders.map(\.name), manifest: manifest, absences: catalog.absences)
    }

    private func manifest(
        of summary: BackupSummary, in holders: [Repository], _ keys: HostKeys, needsManifest: Bool,
        _ deadline: Deadline
    ) throws(OperationError) -> BackupManifest? {
        let pipeline =
            needsManifest
            ? try OpenPipeline(FetchWAL.openSettings(try keys.openParameters(), configuration.wal, objects: 1))
            : try keys.quietPipeline(configuration.wal)
        guard let pipeline else { return nil }
        var failure = OperationError(
            .damaged, operation: "show", object: "\(summary.id)", cause: "no repository has its manifest")
        for repository in holders {
            do throws(OperationError) {
                let manifest = try ManifestReader(pipeline).manifest(of: summary, in: repository, until: deadline)
                if let manifest { return manifest }
            } catch {
                failure = error
            }
        }
        if failure.code == .foreignKey, !needsManifest { return nil }
        throw failure
    }
}
