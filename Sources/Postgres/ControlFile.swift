package import Format

/// What a cluster says about itself in `global/pg_control` (`ControlFileData`, catalog/pg_control.h).
///
/// The layouts are those of PostgreSQL 13 to 18 on little-endian machines with 8-byte alignment. Times are seconds
/// since 1970.
package struct ControlFile: Equatable, Sendable {
    /// `DBState`, in PostgreSQL's order.
    package enum State: UInt32, Sendable {
        case startingUp = 0
        case shutDown, shutDownInRecovery, shuttingDown, inCrashRecovery, inArchiveRecovery, inProduction
    }

    /// The last checkpoint: `checkPoint` and the parts of `checkPointCopy` that matter to an archive.
    package struct Checkpoint: Equatable, Sendable {
        /// Where its record is.
        package let position: LSN
        /// Where replay from it begins.
        package let redo: LSN
        package let timeline: TimelineID
        package let previousTimeline: TimelineID
        package let time: Int64
    }

    /// What recovery has to reach before the cluster is consistent; positions are 0/0 where nothing is demanded.
    package struct Recovery: Equatable, Sendable {
        package let minimumPosition: LSN
        /// Nil outside archive recovery.
        package let minimumTimeline: TimelineID?
        package let backupStart: LSN
        package let backupEnd: LSN
        /// True when the end-of-backup record must be seen.
        package let needsBackupEnd: Bool
    }

    package let system: SystemIdentifier
    /// `PG_CONTROL_VERSION`: of the file's own layout.
    package let controlVersion: UInt32
    /// `CATALOG_VERSION_NO`.
    package let catalogVersion: UInt32
    /// Nil for a catalog version of no release, as development snapshots and forks have it.
    package let major: Int?
    package let state: State
    /// When the file was last written.
    package let modified: Int64
    package let checkpoint: Checkpoint
    package let recovery: Recovery
    /// Bytes of one data page.
    package let pageByteCount: UInt32
    /// Bytes of one WAL page.
    package let walPageByteCount: UInt32
    package let segmentSize: SegmentSize
    package let hasDataChecksums: Bool

    /// `XLOG_CONTROL_FILE`, relative to the data directory.
    package static let path = "global/pg_control"
    /// `PG_CONTROL_FILE_SIZE`: the file is padded to it.
    package static let fileByteCount = 8192

    /// Reads the content of `pg_control`; `object` is what messages call the file.
    ///
    /// Throws `unsupportedVersion`, `foreignByteOrder`, or `damaged` when it is too short, its checksum disagrees or a
    /// field is impossible. A file that a server is writing at this moment may look damaged.
    package init(_ bytes: Span<UInt8>, object: String = path) throws(PostgresError) {
        let fields = ControlFields(bytes, object: object)
        let layout = try fields.layout()
        try fields.checkSum(at: layout.checksumOffset)
        system = SystemIdentifier(rawValue: fields.long(0))
        controlVersion = fields.word(8)
        catalogVersion = fields.word(12)
        major = ControlLayout.major(ofCatalog: catalogVersion) ?? layout.onlyMajor
        state = try fields.require(State(rawValue: fields.word(16)), "state \(fields.word(16))")
        modified = Int64(bitPattern: fields.long(24))
        checkpoint = Checkpoint(
            position: fields.position(32), redo: fields.position(40),
            timeline: try fields.require(TimelineID(rawValue: fields.word(48)), "timeline 0"),
            previousTimeline: try fields.require(TimelineID(rawValue: fields.word(52)), "previous timeline 0"),
            time: Int64(bitPattern: fields.long(104)))
        recovery = Recovery(
            minimumPosition: fields.position(136), minimumTimeline: TimelineID(rawValue: fields.word(144)),
            backupStart: fields.position(152), backupEnd: fields.position(160), needsBackupEnd: fields.byte(168) != 0)
        pageByteCount = fields.word(216)
        walPageByteCount = fields.word(224)
        let segmentByteCount = fields.word(228)
        segmentSize = try fields.require(
            SegmentSize(byteCount: UInt64(segmentByteCount)), "segment size \(segmentByteCount)")
        hasDataChecksums = fields.word(252) != 0
    }
}
