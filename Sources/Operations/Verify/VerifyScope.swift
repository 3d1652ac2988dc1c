package import Format

/// Which of the listed objects a run is about. Pure.
package struct VerifyScope: Sendable {
    /// Positions of the objects, ascending.
    package let items: [Int]
    /// The backups whose way to consistency is to be there, ascending.
    package let backups: [BackupSummary]
    /// Whether WAL behind the backups is in scope, and gaps in it are findings.
    package let hasLaterWAL: Bool
    /// Whether everything is: then also what nobody names is of interest.
    package let isEverything: Bool

    /// - Parameter backup: the one that is meant, if the scope is one backup.
    package init(
        _ scope: VerifyOptions.Scope, _ inventory: Inventory, summaries: [BackupSummary], backup: BackupSummary?,
        segmentSizes: [SystemIdentifier: SegmentSize]
    ) {
        let all = inventory.items.indices
        switch scope {
        case .everything:
            items = Array(all)
            backups = summaries
            (hasLaterWAL, isEverything) = (true, true)
        case .wal:
            items = all.filter { Self.isWAL(inventory.items[$0].place) }
            backups = summaries
            (hasLaterWAL, isEverything) = (true, false)
        case .backup(_, let withWAL):
            backups = backup.map { [$0] } ?? []
            (hasLaterWAL, isEverything) = (withWAL, false)
            guard let backup, let size = segmentSizes[backup.system] ?? SegmentSize(byteCount: backup.segmentBytes)
            else {
                items = []
                return
            }
            let packs = Set(backup.packs)
            items = all.filter { index in
                Self.belongs(inventory.items[index].place, to: backup, packs, size, withWAL: withWAL)
            }
        }
    }

    private static func isWAL(_ place: RepositoryLayout.Place) -> Bool {
        switch place {
        case .wal, .system: true
        case .marker, .backup, .pack, .artifact: false
        }
    }

    private static func belongs(
        _ place: RepositoryLayout.Place, to backup: BackupSummary, _ packs: Set<PackID>, _ size: SegmentSize,
        withWAL: Bool
    ) -> Bool {
        switch place {
        case .marker, .artifact: return false
        case .system(_, let system): return system == backup.system
        case .backup(_, let id, _): return id == backup.id
        case .pack(_, let pack): return packs.contains(pack)
        case .wal(_, backup.system, let name):
            if name.isHistory { return true }
            guard let segment = name.segment, let number = segment.number(size: size) else { return false }
            let first = size.number(containing: backup.startLSN)
            if withWAL { return segment.timeline >= backup.timeline && number >= first }
            // The segment with the stop may have to come from a timeline that begins in it.
            let last = size.number(containing: backup.stopLSN)
            return (first...max(first, last)).contains(number) && segment.timeline >= backup.timeline
        case .wal: return false
        }
    }
}
