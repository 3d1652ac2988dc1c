package import Format

/// A stretch of a timeline's past to any point of which recovery can lead: from the end of a backup to the end of the
/// WAL behind it that has no gap.
package struct RecoveryWindow: Equatable, Sendable {
    /// The timeline that recovery follows.
    package let timeline: TimelineID
    /// The first backup from whose end on this window goes without a gap.
    package let backup: BackupID
    /// ISO 8601, when that backup ended.
    package let from: String
    package let fromLSN: LSN
    /// The first position that is not archived.
    package let toLSN: LSN
    /// The timeline whose segment is the last: the window's own, or an ancestor's when the WAL ends there.
    package let lastTimeline: TimelineID
    /// What is missing at the window's end; nil when the archive just goes no further.
    package let gap: SegmentRanges.Run?

    package init(
        timeline: TimelineID, backup: BackupID, from: String, fromLSN: LSN, toLSN: LSN, lastTimeline: TimelineID,
        gap: SegmentRanges.Run?
    ) {
        self.timeline = timeline
        self.backup = backup
        self.from = from
        self.fromLSN = fromLSN
        self.toLSN = toLSN
        self.lastTimeline = lastTimeline
        self.gap = gap
    }

    package func contains(_ position: LSN) -> Bool { fromLSN <= position && position <= toLSN }
}

extension WALInventory {
    /// The windows along the history of `timeline`, ascending: one for each run of WAL without a gap in which a backup
    /// ends, and of which some part is on that timeline itself.
    ///
    /// - Parameter backups: of this system, in any order.
    package func windows(of timeline: TimelineID, _ backups: [BackupSummary]) -> [RecoveryWindow] {
        let history = history(of: timeline)
        var windows: [RecoveryWindow] = []
        for backup in backups.sorted(by: { $0.stopLSN < $1.stopLSN }) {
            guard let window = window(along: history, behind: backup) else { continue }
            // The same run as that of an earlier backup, which therefore reaches as far.
            if windows.contains(where: { $0.toLSN == window.toLSN }) { continue }
            windows.append(window)
        }
        return windows
    }

    /// The windows of every timeline.
    package func windows(_ backups: [BackupSummary]) -> [RecoveryWindow] {
        let known = Set(timelines).union(backups.map(\.timeline)).sorted()
        return known.flatMap { windows(of: $0, backups) }
    }

    /// Whether recovery along `history` can begin with this backup: it ended on the history, before its timeline was
    /// left.
    package func leads(_ backup: BackupSummary, along history: TimelineHistory) -> Bool {
        guard backup.system == system, history.contains(backup.timeline) else { return false }
        guard let left = history.switchPoint(of: backup.timeline), left != .invalid else { return true }
        return backup.stopLSN <= left
    }

    /// From the end of one backup on, as far as the WAL goes; nil when it does not even make the backup consistent, or
    /// does not reach the history's own timeline though the backup is of an older one.
    package func window(along history: TimelineHistory, behind backup: BackupSummary) -> RecoveryWindow? {
        guard leads(backup, along: history) else { return nil }
        let gap = segments.missing(along: history, from: backup.startLSN).first
        let end: LSN?
        if let gap {
            end = gap.first.firstLSN(size: segments.segmentSize)
        } else {
            let own = segments.timelines.first { $0.timeline == history.timeline }?.runs.last?.last
            end = own?.number(size: segments.segmentSize).map { number in
                LSN(rawValue: (number + 1) * segments.segmentSize.byteCount)
            }
        }
        guard let end, end >= backup.stopLSN, end != .invalid else { return nil }
        if let begin = history.begin, backup.timeline != history.timeline, end <= begin { return nil }
        return RecoveryWindow(
            timeline: history.timeline, backup: backup.id, from: backup.stopped, fromLSN: backup.stopLSN, toLSN: end,
            lastTimeline: source(along: history, before: end), gap: gap)
    }

    /// The timeline whose segment recovery reads for the byte before `end`: one in which a timeline ends comes from the
    /// child, which begins with a copy.
    func source(along history: TimelineHistory, before end: LSN) -> TimelineID {
        let size = segments.segmentSize
        let number = size.number(containing: LSN(rawValue: end.rawValue - 1))
        let stretch = history.stretches.last { stretch in
            stretch.begin.map { size.number(containing: $0) <= number } ?? true
        }
        return stretch?.timeline ?? history.timeline
    }
}
