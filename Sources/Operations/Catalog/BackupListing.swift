package import Format
package import Platform

/// What `list` found in one repository.
package struct BackupListing: Sendable {
    package let repository: String
    /// Ascending by the time of their record.
    package let systems: [System]
    /// Begun and without a summary: under way, or interrupted. Ascending.
    package let unfinished: [BackupID]
    /// Summaries that are there and cannot be believed.
    package let refused: [OperationError]
    /// Histories of timelines that cannot be read although there is an identity: without them the windows are shorter
    /// than they may be.
    package let damaged: [OperationError]

    package init(
        repository: String, systems: [System], unfinished: [BackupID], refused: [OperationError],
        damaged: [OperationError] = []
    ) {
        self.repository = repository
        self.systems = systems
        self.unfinished = unfinished
        self.refused = refused
        self.damaged = damaged
    }

    /// The backups and the WAL of one system identifier.
    package struct System: Sendable {
        package let system: SystemIdentifier
        package let major: Int?
        package let segmentSize: SegmentSize
        /// As they ended, the newest last.
        package let backups: [BackupSummary]
        package let windows: [Window]
        /// Nil when there is no segment.
        package let end: ArchiveEnd?
        /// Holes between segments, ascending.
        package let gaps: [SegmentRanges.Run]
        /// Timelines whose history file no identity at hand opens: what leads to them from others is not known.
        package let sealedHistories: [TimelineID]
        /// Backups that some window begins with or contains: they can be restored.
        package let restorable: Set<BackupID>

        package init(
            system: SystemIdentifier, major: Int?, segmentSize: SegmentSize, backups: [BackupSummary],
            windows: [Window], end: ArchiveEnd? = nil, gaps: [SegmentRanges.Run], sealedHistories: [TimelineID],
            restorable: Set<BackupID>
        ) {
            self.system = system
            self.major = major
            self.segmentSize = segmentSize
            self.backups = backups
            self.windows = windows
            self.end = end
            self.gaps = gaps
            self.sealedHistories = sealedHistories
            self.restorable = restorable
        }
    }

    /// A window with a time for its end.
    package struct Window: Equatable, Sendable {
        package let window: RecoveryWindow
        /// When its last segment was stored: every transaction in it is older. Nil when the store does not tell.
        package let until: UnixTime?

        package init(_ window: RecoveryWindow, until: UnixTime?) {
            self.window = window
            self.until = until
        }
    }
}
