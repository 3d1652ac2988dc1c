package import Format

/// Whether the archived WAL of one system gets every backup to consistency, and how far from there. Pure.
package struct Continuity: Sendable {
    private let ranges: SegmentRanges
    private let histories: [TimelineID: TimelineHistory]

    /// - Parameter histories: what is known of them; a timeline without one counts as having no parent.
    package init(_ ranges: SegmentRanges, histories: [TimelineID: TimelineHistory]) {
        self.ranges = ranges
        self.histories = histories
    }

    /// Every hole that a restore of one of the backups would meet: those on its way to consistency first, then, if
    /// asked for, those that end a recovery window.
    package func findings(_ backups: [BackupSummary], withLaterWAL: Bool = true) -> [Finding] {
        let backups = backups.sorted { $0.id < $1.id }
        return backups.flatMap(fatal) + (withLaterWAL ? later(backups) : [])
    }

    /// What is missing between the backup's start and its stop; nothing if one of the timelines has it all.
    private func fatal(_ backup: BackupSummary) -> [Finding] {
        let complete = ways(of: backup).contains { history in
            ranges.missing(along: history, from: backup.startLSN, to: backup.stopLSN).isEmpty
        }
        guard !complete else { return [] }
        let history = history(of: backup.timeline)
        return ranges.missing(along: history, from: backup.startLSN, to: backup.stopLSN).map { run in
            Finding(
                .gap, Self.text(run),
                "\(Self.missing(run)) between the backup's start \(backup.startLSN) and its stop \(backup.stopLSN), "
                    + "without which it cannot be restored", backups: [backup.id])
        }
    }

    /// Holes behind the stop of a backup, each once, with the backups whose window it ends.
    private func later(_ backups: [BackupSummary]) -> [Finding] {
        var found: [(run: SegmentRanges.Run, timeline: TimelineID, backups: [BackupID])] = []
        for timeline in ranges.timelines.map(\.timeline) {
            let history = history(of: timeline)
            for backup in backups where Self.leads(history, from: backup) {
                // Only the first hole ends the window; those behind it end that of no backup before them.
                let behind = ranges.missing(along: history, from: backup.stopLSN).first
                guard let run = behind, !isFatal(run, backup) else { continue }
                if let index = found.firstIndex(where: { $0.run == run }) {
                    if !found[index].backups.contains(backup.id) { found[index].backups.append(backup.id) }
                } else {
                    found.append((run, timeline, [backup.id]))
                }
            }
        }
        return found.map { run, timeline, backups in
            let end = run.first.firstLSN(size: ranges.segmentSize).map { " at \($0)" } ?? ""
            return Finding(
                .gap, Self.text(run),
                "\(Self.missing(run)), which ends the recovery window on timeline \(timeline)\(end)",
                backups: backups.sorted())
        }
    }

    /// Whether the hole begins no later than the segment with the backup's last byte, and is reported as such.
    private func isFatal(_ run: SegmentRanges.Run, _ backup: BackupSummary) -> Bool {
        guard backup.stopLSN != .invalid, let first = run.first.number(size: ranges.segmentSize) else { return false }
        return first <= ranges.segmentSize.number(containing: LSN(rawValue: backup.stopLSN.rawValue - 1))
    }

    /// The timelines on which the backup can reach its stop: its own, and those that left it behind that.
    private func ways(of backup: BackupSummary) -> [TimelineHistory] {
        let descendants = histories.values.filter { history in
            history.switchPoint(of: backup.timeline).map { $0 >= backup.stopLSN } ?? false
        }
        return [history(of: backup.timeline)] + descendants.sorted { $0.timeline < $1.timeline }
    }

    private func history(of timeline: TimelineID) -> TimelineHistory {
        histories[timeline] ?? TimelineHistory(root: timeline)
    }

    /// Whether the history goes through the backup's stop on the backup's own timeline.
    private static func leads(_ history: TimelineHistory, from backup: BackupSummary) -> Bool {
        guard history.timeline != backup.timeline else { return true }
        return history.switchPoint(of: backup.timeline).map { $0 >= backup.stopLSN } ?? false
    }

    private static func text(_ run: SegmentRanges.Run) -> String {
        run.first == run.last ? "\(run.first)" : "\(run.first) - \(run.last)"
    }

    private static func missing(_ run: SegmentRanges.Run) -> String {
        run.count == 1 ? "1 segment is missing" : "\(run.count) segments are missing"
    }
}
