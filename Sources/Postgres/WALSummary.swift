package import Format

/// One summary that a server keeps: which pages the WAL of a stretch changes (PostgreSQL 17 and later).
package struct WALSummary: Hashable, Sendable {
    package let timeline: TimelineID
    package let start: LSN
    package let end: LSN

    package init(timeline: TimelineID, start: LSN, end: LSN) {
        self.timeline = timeline
        self.start = start
        self.end = end
    }

    /// Relative to the data directory (backend/backup/walsummary.c).
    var path: String {
        let words = [timeline.fileText, Self.digits(start), Self.digits(end)]
        return "pg_wal/summaries/\(words.joined()).summary"
    }

    private static func digits(_ position: LSN) -> String {
        let digits = String(position.rawValue, radix: 16, uppercase: true)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    /// What summaries say about stretches of WAL.
    package enum Coverage: Equatable, Sendable {
        /// These have it all, each once, in no order that matters.
        case complete([WALSummary])
        /// On this timeline nothing is known from this position on.
        case gap(TimelineID, LSN)
    }

    /// Finds those among `available` that together describe all of `ranges`, by the rules of
    /// `WalSummariesAreComplete` (backend/backup/walsummary.c): they may overlap, and reach further on either side.
    package static func coverage(of ranges: [WALRange], available: [WALSummary]) -> Coverage {
        var needed: [WALSummary] = []
        for range in ranges where range.start < range.end {
            let candidates = available.filter {
                $0.timeline == range.timeline && $0.start < range.end && range.start < $0.end
            }
            var reached = range.start
            for summary in candidates.sorted(by: { $0.start < $1.start }) {
                guard summary.start <= reached else { break }
                reached = max(reached, summary.end)
                needed.append(summary)
            }
            guard reached >= range.end else { return .gap(range.timeline, reached) }
        }
        return .complete(needed)
    }
}
