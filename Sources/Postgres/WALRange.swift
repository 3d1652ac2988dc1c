package import Format

/// A stretch of WAL on one timeline, from `start` to before `end`.
package struct WALRange: Equatable, Sendable {
    package let timeline: TimelineID
    package let start: LSN
    package let end: LSN

    package init(timeline: TimelineID, start: LSN, end: LSN) {
        self.timeline = timeline
        self.start = start
        self.end = end
    }

    /// What was written between two positions of a cluster's history, oldest first: one stretch for each timeline.
    ///
    /// `history` is that of `newer`. Nil when the older position does not lie in that history, or not before the newer.
    package static func path(
        from older: (timeline: TimelineID, lsn: LSN), to newer: (timeline: TimelineID, lsn: LSN),
        history: TimelineHistory
    ) -> [WALRange]? {
        guard history.timeline == newer.timeline, older.lsn <= newer.lsn else { return nil }
        guard let first = history.stretches.firstIndex(where: { $0.timeline == older.timeline }) else { return nil }
        var ranges: [WALRange] = []
        for (index, stretch) in history.stretches.enumerated().dropFirst(first) {
            let start = index == first ? older.lsn : stretch.begin ?? older.lsn
            let end = stretch.timeline == newer.timeline ? newer.lsn : stretch.end ?? start
            if let begin = stretch.begin, start < begin { return nil }
            guard start <= end else { return nil }
            ranges.append(WALRange(timeline: stretch.timeline, start: start, end: end))
        }
        return ranges
    }
}
