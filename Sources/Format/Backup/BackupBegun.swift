/// What a backup says before it stores anything: which packs nobody may sweep while it is under way.
///
/// It protects its own packs and those of all its sources for `secondsProtected` from the second of its id, or until
/// its summary is there (docs/FORMAT.md, "Backups and pruning").
package struct BackupBegun: Equatable, Sendable {
    /// Some forty thousand sources.
    package static let byteCountMax = 1 << 20
    /// Longer than any backup takes, and short enough that what an interrupted one stored does not stay for long.
    package static let secondsProtected: Int64 = 7 * 86_400
    /// A summary is not written later than this: the last day of the protection is for clocks that differ, and for a
    /// prune that looked before and deletes after.
    package static let secondsToFinish: Int64 = 6 * 86_400

    package let id: BackupID
    package let cluster: ClusterName
    package let system: SystemIdentifier
    /// Every other backup whose packs this one may refer to, complete or interrupted. Not only its base: when that is
    /// pruned, nothing else tells whose packs the base referred to.
    package let sources: [BackupID]

    package init(id: BackupID, cluster: ClusterName, system: SystemIdentifier, sources: [BackupID]) {
        self.id = id
        self.cluster = cluster
        self.system = system
        self.sources = sources
    }

    /// The content of the object.
    package var record: PlainRecord {
        PlainRecord([
            "backup": .text("\(id)"), "cluster": .text("\(cluster)"), "system": .text("\(system)"),
            "sources": .text(sources.map { "\($0)" }.joined(separator: " ")),
        ])
    }

    /// Nil for anything else.
    package init?(_ record: PlainRecord) {
        guard let id = record.text("backup").flatMap({ BackupID($0) }),
            let cluster = record.text("cluster").flatMap({ ClusterName($0) }),
            let system = record.text("system").flatMap({ SystemIdentifier($0) }), let words = record.text("sources")
        else { return nil }
        var sources: [BackupID] = []
        for word in words.split(separator: " ") {
            guard let source = BackupID(String(word)) else { return nil }
            sources.append(source)
        }
        self.init(id: id, cluster: cluster, system: system, sources: sources)
    }

    /// Whether `pack` must stay as long as this protects.
    package func protects(_ pack: PackID) -> Bool { pack.backup == id || sources.contains(pack.backup) }
}
