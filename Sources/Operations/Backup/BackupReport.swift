package import Format

/// What came of a backup.
package struct BackupReport: Sendable {
    package let summary: BackupSummary
    /// Pages whose checksum was wrong, as they were on disk.
    package let pageErrors: [PageError]
    /// Bytes of files that an interrupted backup had stored already.
    package let resumedByteCount: UInt64
    /// One line each, without a full stop.
    package let warnings: [String]
}

/// A page whose checksum is wrong.
package struct PageError: Equatable, Sendable {
    /// Relative to the data directory.
    package let file: String
    /// Its number within the relation.
    package let block: UInt32
}
