// Where backups and their packs are (docs/FORMAT.md, "Names").
extension RepositoryLayout {
    /// The objects of one backup.
    package enum BackupPart: String, Sendable, CaseIterable {
        /// Written first: names what the backup is about to refer to.
        case begun
        case manifest
        /// Written last: the backup exists when this does.
        case summary
    }

    package static func backupsPrefix(of cluster: ClusterName) -> String {
        "\(clustersPrefix)\(cluster)/backups/"
    }

    package static func packsPrefix(of cluster: ClusterName) -> String {
        "\(clustersPrefix)\(cluster)/packs/"
    }

    package static func key(of part: BackupPart, _ backup: BackupID, in cluster: ClusterName) -> ObjectKey {
        ObjectKey(checked: "\(backupsPrefix(of: cluster))\(backup)/\(part.rawValue)")
    }

    package static func key(of pack: PackID, in cluster: ClusterName) -> ObjectKey {
        ObjectKey(checked: "\(packsPrefix(of: cluster))\(pack)")
    }

    /// The name a chapter is sealed under: that of its pack, and its number there.
    package static func chapterName(_ number: Int, of pack: ObjectKey) -> ObjectKey {
        ObjectKey(checked: "\(pack.path)/\(number)")
    }

    /// What the components behind the cluster's name stand for; nil for what is not of a backup.
    static func backupPlace(_ cluster: ClusterName, _ parts: ArraySlice<String>) -> Place? {
        let parts = Array(parts)
        guard parts.count == 3 else { return nil }
        switch parts[0] {
        case "backups":
            guard let id = BackupID(parts[1]), let part = BackupPart(rawValue: parts[2]) else { return nil }
            return .backup(cluster, id, part)
        case "packs": return PackID(backup: parts[1], ordinal: parts[2]).map { .pack(cluster, $0) }
        default: return nil
        }
    }
}
