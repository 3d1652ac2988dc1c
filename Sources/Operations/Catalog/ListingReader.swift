import Codec
import Format
import Platform
import Storage

/// Reads what one repository holds of a cluster.
struct ListingReader: Sendable {
    let cluster: ClusterName
    let repository: Repository
    let signers: [Codec.Signer]
    /// Opens the histories of timelines; nil when there is no identity for it.
    let pipeline: OpenPipeline?
    let deadline: Deadline

    func read() throws(OperationError) -> BackupListing {
        let backups = try RepositoryBackups.read(cluster, in: repository, signers: signers, until: deadline)
        var systems: [BackupListing.System] = []
        var damaged: [OperationError] = []
        for record in try records() {
            let own = backups.summaries.filter { $0.system == record.system }
            let (inventory, sealed, failure) = try wal(record)
            systems.append(
                try system(record, own.sorted { Self.order($0) < Self.order($1) }, inventory, sealedHistories: sealed))
            if let failure { damaged.append(failure) }
        }
        return BackupListing(
            repository: repository.name, systems: systems, unfinished: try unfinished(), refused: backups.refused,
            damaged: damaged)
    }

    /// As they ended; ids of one second are in no order.
    private static func order(_ backup: BackupSummary) -> (String, LSN, BackupID) {
        (backup.stopped, backup.stopLSN, backup.id)
    }

    /// Of every system, the one of the latest `pg_upgrade` last.
    private func records() throws(OperationError) -> [SystemRecord] {
        var keys: [(SystemIdentifier, ObjectKey)] = []
        try repository.forEachObject(below: RepositoryLayout.systemsPrefix(of: cluster), until: deadline) { object in
            guard case .system(_, let system) = RepositoryLayout.place(of: object.key) else { return }
            keys.append((system, object.key))
        }
        var records: [SystemRecord] = []
        for (system, key) in keys {
            let octets = try repository.readSmall(key, limit: PlainRecord.byteCountMax, until: deadline)
            guard let record = octets.flatMap({ SystemRecord($0) }), record.system == system else {
                throw OperationError(
                    .damaged, operation: "list", object: key.path,
                    cause: "the record in repository \"\(repository.name)\" is damaged")
            }
            records.append(record)
        }
        return records.sorted { ($0.since, $0.system) < ($1.since, $1.system) }
    }

    private func unfinished() throws(OperationError) -> [BackupID] {
        var parts: [BackupID: Set<RepositoryLayout.BackupPart>] = [:]
        try repository.forEachObject(below: RepositoryLayout.backupsPrefix(of: cluster), until: deadline) { object in
            guard case .backup(_, let id, let part) = RepositoryLayout.place(of: object.key) else { return }
            parts[id, default: []].insert(part)
        }
        return parts.filter { !$0.value.contains(.summary) }.keys.sorted()
    }

    private func system(
        _ record: SystemRecord, _ backups: [BackupSummary], _ inventory: WALInventory, sealedHistories: [TimelineID]
    ) throws(OperationError) -> BackupListing.System {
        var windows: [BackupListing.Window] = []
        for window in inventory.windows(backups) {
            let until = try WALInventory.modified(
                before: window.toLSN, on: window.lastTimeline, record.system, of: cluster,
                segmentSize: record.segmentSize, in: [repository], until: deadline)
            windows.append(BackupListing.Window(window, until: until))
        }
        let restorable = backups.filter { backup in
            inventory.timelines.contains { timeline in
                inventory.window(along: inventory.history(of: timeline), behind: backup) != nil
            }
        }
        return BackupListing.System(
            system: record.system, major: record.major, segmentSize: record.segmentSize, backups: backups,
            windows: windows, end: inventory.end(backups), gaps: inventory.segments.timelines.flatMap(\.gaps),
            sealedHistories: sealedHistories,
            restorable: Set(restorable.map(\.id)))
    }

    /// The WAL of a system, the timelines whose histories stay closed, and what is wrong with one that should have been
    /// opened.
    private func wal(
        _ record: SystemRecord
    ) throws(OperationError) -> (WALInventory, sealed: [TimelineID], failure: OperationError?) {
        var failure: OperationError?
        if let pipeline {
            do throws(OperationError) {
                let inventory = try WALInventory.read(
                    record.system, of: cluster, segmentSize: record.segmentSize, in: [repository],
                    opening: pipeline, until: deadline)
                return (inventory, [], nil)
            } catch  where error.code.kind == .badData {
                // As without an identity, which explains itself; damage does not.
                if error.code != .foreignKey { failure = error }
            }
        }
        var segments = SegmentRanges(segmentSize: record.segmentSize)
        let prefix = RepositoryLayout.walPrefix(of: cluster, record.system)
        try repository.forEachObject(below: prefix, until: deadline) { object in
            guard case .wal(_, _, let name) = RepositoryLayout.place(of: object.key) else { return }
            segments.insert(name)
        }
        let sealed = segments.timelines.filter(\.hasHistory).map(\.timeline)
        return (WALInventory(system: record.system, segments: segments, histories: [:]), sealed, failure)
    }
}
