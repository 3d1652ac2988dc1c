import Format
import Stream

/// What became of one span of a file.
struct SpanResult: Sendable {
    /// Where in the file it begins.
    let start: UInt64
    /// Together `byteCount` bytes.
    var pieces = FilePieces()
    /// Of the blocks that begin in the span.
    var hashes: [BlockHash] = []
    /// Nil where not all of it was read.
    var checksum: CRC32C? = CRC32C()
    /// The file ends within the span, before where it was expected to.
    var isShort = false
    /// There was no such file any more.
    var isMissing = false

    init(start: UInt64) {
        self.start = start
    }

    var byteCount: UInt64 { pieces.byteCount }
}

/// What was counted along the way.
struct BackupCounts: Sendable {
    /// Bytes that were read from files.
    var read: UInt64 = 0
    /// Bytes of files found in packs of earlier backups.
    var reused: UInt64 = 0
    /// Bytes of files found in packs of an interrupted backup.
    var resumed: UInt64 = 0
    /// Bytes of packs.
    var stored: UInt64 = 0
    var pageErrors: [PageError] = []
    var pageErrorCount: UInt64 = 0

    /// More are counted, but not told one by one.
    static let pageErrorsTold = 100

    mutating func add(_ errors: [PageError]) {
        pageErrorCount += UInt64(errors.count)
        pageErrors += errors.prefix(max(0, Self.pageErrorsTold - pageErrors.count))
    }

    mutating func add(_ other: BackupCounts) {
        read += other.read
        reused += other.reused
        resumed += other.resumed
        stored += other.stored
        pageErrors += other.pageErrors.prefix(max(0, Self.pageErrorsTold - pageErrors.count))
        pageErrorCount += other.pageErrorCount
    }
}
