/// What everybody may know of a backup, without a key: enough to list, choose and prune, and no name of a table or
/// file.
///
/// Its object is written last: a backup exists when its summary does.
package struct BackupSummary: Equatable, Sendable {
    /// More runs of packs than a million packs have, unless nearly all of them are alone.
    package static let byteCountMax = 4 << 20

    package var id: BackupID
    package var cluster: ClusterName
    package var system: SystemIdentifier
    package var major: Int
    package var serverVersion: String
    package var timeline: TimelineID
    package var startLSN: LSN
    package var stopLSN: LSN
    /// ISO 8601, by the server's clock.
    package var started: String
    package var stopped: String
    /// `pg_current_snapshot()` at its end: which transactions were over.
    package var snapshot: String
    package var method: BackupMethod
    /// The backup whose blocks were referenced where they had not changed. It is not needed any more.
    package var base: BackupID?
    package var isFromStandby: Bool
    package var segmentBytes: UInt64
    /// Of the database.
    package var fileCount: UInt64
    package var byteCount: UInt64
    /// Bytes of files that had to be read.
    package var readByteCount: UInt64
    /// Sealed bytes that this backup added, its manifest included.
    package var storedByteCount: UInt64
    /// Bytes of files that were found in packs of earlier backups.
    package var reusedByteCount: UInt64
    /// Pages whose checksum was wrong.
    package var pageErrorCount: UInt64
    /// From the first to the last moment, milliseconds.
    package var milliseconds: UInt64
    /// Every pack that the manifest refers to, ascending.
    package var packs: [PackID]
    package var annotations: [String: String]

    package init(
        id: BackupID, cluster: ClusterName, system: SystemIdentifier, major: Int, serverVersion: String,
        timeline: TimelineID, startLSN: LSN, stopLSN: LSN, started: String, stopped: String, snapshot: String,
        method: BackupMethod, base: BackupID?, isFromStandby: Bool, segmentBytes: UInt64, fileCount: UInt64,
        byteCount: UInt64, readByteCount: UInt64, storedByteCount: UInt64, reusedByteCount: UInt64,
        pageErrorCount: UInt64, milliseconds: UInt64, packs: [PackID], annotations: [String: String]
    ) {
        self.id = id
        self.cluster = cluster
        self.system = system
        self.major = major
        self.serverVersion = serverVersion
        self.timeline = timeline
        self.startLSN = startLSN
        self.stopLSN = stopLSN
        self.started = started
        self.stopped = stopped
        self.snapshot = snapshot
        self.method = method
        self.base = base
        self.isFromStandby = isFromStandby
        self.segmentBytes = segmentBytes
        self.fileCount = fileCount
        self.byteCount = byteCount
        self.readByteCount = readByteCount
        self.storedByteCount = storedByteCount
        self.reusedByteCount = reusedByteCount
        self.pageErrorCount = pageErrorCount
        self.milliseconds = milliseconds
        self.packs = packs.sorted()
        self.annotations = annotations
    }
}
