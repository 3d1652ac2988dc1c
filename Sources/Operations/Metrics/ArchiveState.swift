package import Platform

/// What a look at one repository tells of a cluster's archive. What it does not know is nil.
package struct ArchiveState: Equatable, Sendable {
    /// Up to where the newest timeline is stored without a gap, as `ArchiveEnd` says.
    package var durableLSN: UInt64?
    /// When the last segment before that was stored, by the repository's clock.
    package var durableTime: UnixTime?
    package var missingSegments: UInt64?
    /// The window of recovery along the newest timeline.
    package var windowStart: UnixTime?
    package var windowEnd: UnixTime?
    /// Backups that are complete, of the newest system.
    package var backupCount = 0
    package var backupNewest: UnixTime?
}

/// What waits to be copied to a best-effort repository.
package struct BacklogState: Equatable, Sendable {
    package let fileCount: Int
    /// Since when the oldest waits; nil when none does.
    package let oldest: UnixTime?

    package init(fileCount: Int, oldest: UnixTime?) {
        self.fileCount = fileCount
        self.oldest = oldest
    }
}
