package import Format
package import Storage

/// Everything one repository lists of one cluster, in the order of the keys.
///
/// That order is also the one in which it has to be looked at while others write: backups are listed before packs, and
/// packs before WAL, so that whatever a backup in the list needs has been there when its own place was listed.
package struct Inventory: Sendable {
    package let cluster: ClusterName
    /// Ascending by key.
    package var items: [VerifyItem] = []
    /// What is not named like an object that this version knows, which readers ignore.
    package private(set) var strangerCount = 0
    package private(set) var stranger: ObjectKey?

    package init(_ cluster: ClusterName) { self.cluster = cluster }

    package mutating func append(_ info: ObjectInfo) {
        guard let item = VerifyItem(info) else {
            strangerCount += 1
            stranger = stranger ?? info.key
            return
        }
        items.append(item)
    }

    /// The parts that are there of each backup.
    package var backups: [BackupID: Set<RepositoryLayout.BackupPart>] {
        var backups: [BackupID: Set<RepositoryLayout.BackupPart>] = [:]
        for item in items {
            if case .backup(_, let backup, let part) = item.place { backups[backup, default: []].insert(part) }
        }
        return backups
    }

    package var packs: Set<PackID> {
        var packs: Set<PackID> = []
        for item in items {
            if case .pack(_, let pack) = item.place { packs.insert(pack) }
        }
        return packs
    }

    /// The systems that there is a record of, and those that there is WAL of.
    package var systems: (recorded: Set<SystemIdentifier>, archived: Set<SystemIdentifier>) {
        var systems: (recorded: Set<SystemIdentifier>, archived: Set<SystemIdentifier>) = ([], [])
        for item in items {
            switch item.place {
            case .system(_, let system): systems.recorded.insert(system)
            case .wal(_, let system, _): systems.archived.insert(system)
            default: continue
            }
        }
        return systems
    }

    /// The archived files of one system.
    package func ranges(of system: SystemIdentifier, _ size: SegmentSize) -> SegmentRanges {
        SegmentRanges(
            segmentSize: size,
            items.lazy.compactMap { item in
                guard case .wal(_, system, let name) = item.place else { return nil }
                return name
            })
    }
}
