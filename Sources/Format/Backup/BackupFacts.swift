/// What is true of a backup as a whole.
package struct BackupFacts: Equatable, Sendable {
    package var id: BackupID
    package var cluster: ClusterName
    package var system: SystemIdentifier
    /// PostgreSQL's major version.
    package var major: Int
    /// What the server calls its version: `15.20 (Debian 15.20-0+deb12u1)`.
    package var serverVersion: String
    package var segmentSize: SegmentSize
    package var pageByteCount: Int
    package var hasChecksums: Bool
    package var isFromStandby: Bool
    package var timeline: TimelineID
    /// Where recovery begins.
    package var startLSN: LSN
    /// What recovery has to reach before the cluster is consistent.
    package var stopLSN: LSN
    /// Seconds since 1970, by the server's clock.
    package var started: Int64
    package var stopped: Int64
    /// When the files were first looked at, nanoseconds since 1970, by the clock of the file system's host: a file that
    /// changed later than shortly before may change again without another time.
    package var scanned: Int64
    /// The key of the block hashes, `blockKeyByteCount` bytes.
    package var blockKey: [UInt8]
    /// Names of the user and the group that own the data directory.
    package var owner: String
    package var group: String
    /// `backup_label` and `tablespace_map`, verbatim.
    package var label: [UInt8]
    package var tablespaceMap: [UInt8]
    package var annotations: [String: String]

    package static let blockKeyByteCount = 32
    /// What PostgreSQL can be built with (`BLCKSZ`): powers of two.
    static let pageBytesMin = 1 << 10
    static let pageBytesMax = 32 << 10

    package init(
        id: BackupID, cluster: ClusterName, system: SystemIdentifier, major: Int, serverVersion: String,
        segmentSize: SegmentSize, pageByteCount: Int, hasChecksums: Bool, isFromStandby: Bool, timeline: TimelineID,
        startLSN: LSN, stopLSN: LSN = .invalid, started: Int64, stopped: Int64 = 0, scanned: Int64, blockKey: [UInt8],
        owner: String = "", group: String = "", label: [UInt8] = [], tablespaceMap: [UInt8] = [],
        annotations: [String: String] = [:]
    ) {
        precondition(blockKey.count == Self.blockKeyByteCount, "a block key has 32 bytes")
        self.id = id
        self.cluster = cluster
        self.system = system
        self.major = major
        self.serverVersion = serverVersion
        self.segmentSize = segmentSize
        self.pageByteCount = pageByteCount
        self.hasChecksums = hasChecksums
        self.isFromStandby = isFromStandby
        self.timeline = timeline
        self.startLSN = startLSN
        self.stopLSN = stopLSN
        self.started = started
        self.stopped = stopped
        self.scanned = scanned
        self.blockKey = blockKey
        self.owner = owner
        self.group = group
        self.label = label
        self.tablespaceMap = tablespaceMap
        self.annotations = annotations
    }
}
