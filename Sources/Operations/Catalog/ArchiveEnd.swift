package import Format

/// How far the WAL of a system goes on its newest timeline.
package struct ArchiveEnd: Equatable, Sendable {
    /// The newest timeline of which there is a segment.
    package let timeline: TimelineID
    /// The first position that is not archived, without a gap from the newest backup on that leads to this timeline;
    /// where none does, from the timeline's first segment on.
    package let lsn: LSN
    /// The timeline whose segment holds the byte before `lsn`.
    package let lastTimeline: TimelineID
    /// Segments between there and the newest one that are not there.
    package let missingSegments: UInt64
}

extension WALInventory {
    /// - Parameter backups: of this system, in any order.
    /// - Returns: nil when there is no segment.
    package func end(_ backups: [BackupSummary]) -> ArchiveEnd? {
        guard let newest = segments.timelines.last(where: { !$0.runs.isEmpty }), let first = newest.runs.first,
            let last = newest.runs.last
        else { return nil }
        let history = history(of: newest.timeline)
        let size = segments.segmentSize
        let backup = backups.filter { leads($0, along: history) }.max { $0.stopLSN < $1.stopLSN }
        guard let begin = backup?.startLSN ?? first.first.firstLSN(size: size),
            let behind = last.last.number(size: size).map({ LSN(rawValue: ($0 + 1) * size.byteCount) })
        else { return nil }
        let missing = segments.missing(along: history, from: begin)
        let end = missing.first.flatMap { $0.first.firstLSN(size: size) } ?? behind
        return ArchiveEnd(
            timeline: newest.timeline, lsn: end, lastTimeline: source(along: history, before: end),
            missingSegments: missing.reduce(0) { $0 + $1.count })
    }
}
