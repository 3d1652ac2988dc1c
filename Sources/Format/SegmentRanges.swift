/// Which WAL is there: the segments of a listing as contiguous ranges for each timeline, with what is missing named.
///
/// Names may come in any order and more than once. The memory needed grows with the number of ranges, not of segments.
package struct SegmentRanges: Equatable, Sendable {
    /// A run of segments without a hole, or the hole itself.
    package struct Run: Equatable, Sendable {
        package let first: SegmentName
        package let last: SegmentName
        package let count: UInt64
    }

    /// What is there of one timeline.
    package struct Timeline: Equatable, Sendable {
        package let timeline: TimelineID
        /// Complete segments, ascending; any two neighbours have a gap between them.
        package let runs: [Run]
        /// What is missing between the runs, ascending; one fewer than `runs`, or none.
        package let gaps: [Run]
        /// Ascending. A partial segment fills no gap.
        package let partials: [SegmentName]
        /// Segments at which base backups began, ascending.
        package let backups: [SegmentName]
        package let hasHistory: Bool
    }

    package let segmentSize: SegmentSize
    /// Names whose last part is too large for the segment size: they are of another cluster or of another size.
    package private(set) var misfitCount = 0
    /// The first of the misfits, to be shown.
    package private(set) var misfit: SegmentName?

    private var holdings: [TimelineID: Holdings] = [:]

    private struct Holdings: Equatable {
        var numbers = NumberRanges()
        var partials: Set<SegmentName> = []
        var backups: Set<SegmentName> = []
        var hasHistory = false
    }

    package init(segmentSize: SegmentSize, _ names: some Sequence<WALFileName> = []) {
        self.segmentSize = segmentSize
        for name in names {
            insert(name)
        }
    }

    /// Takes note of one file. `other` names are of no timeline and not counted.
    package mutating func insert(_ name: WALFileName) {
        switch name {
        case .segment(let segment):
            guard let number = fitting(segment) else { return }
            holdings[segment.timeline, default: Holdings()].numbers.insert(number)
        case .partial(let segment):
            guard fitting(segment) != nil else { return }
            holdings[segment.timeline, default: Holdings()].partials.insert(segment)
        case .backupHistory(let segment, _):
            guard fitting(segment) != nil else { return }
            holdings[segment.timeline, default: Holdings()].backups.insert(segment)
        case .history(let timeline):
            holdings[timeline, default: Holdings()].hasHistory = true
        case .other: break
        }
    }

    package func contains(_ segment: SegmentName) -> Bool {
        guard let number = segment.number(size: segmentSize) else { return false }
        return holdings[segment.timeline]?.numbers.contains(number) ?? false
    }

    /// Ascending by timeline.
    package var timelines: [Timeline] {
        holdings.sorted { $0.key < $1.key }.map { timeline, holdings in
            Timeline(
                timeline: timeline,
                runs: holdings.numbers.ranges.compactMap { run(timeline, $0) },
                gaps: holdings.numbers.gaps.compactMap { run(timeline, $0) },
                partials: holdings.partials.sorted(), backups: holdings.backups.sorted(),
                hasHistory: holdings.hasHistory)
        }
    }

    /// What is missing to replay along `history` from the byte at `begin`, ascending along the way.
    ///
    /// A segment in which a timeline ends is needed from its child, which begins with a copy of it
    /// (`XLogInitNewTimeline`, access/transam/xlog.c). Without `end` the way goes up to the last segment there is of
    /// the history's own timeline (and needs none of it if there is none); with `end`, up to the segment that holds
    /// the byte before it.
    package func missing(along history: TimelineHistory, from begin: LSN, to end: LSN? = nil) -> [Run] {
        let start = segmentSize.number(containing: begin)
        // From the newest stretch back: where a younger timeline has begun, no older one is read any more.
        var upper = end.map(numberAfter)
        var missing: [[Run]] = []
        for stretch in history.stretches.reversed() {
            let lower = max(stretch.begin.map(segmentSize.number(containing:)) ?? 0, start)
            let known = holdings[stretch.timeline]?.numbers ?? NumberRanges()
            let limit = upper ?? known.ranges.last?.upperBound ?? lower
            if lower < limit {
                missing.append(known.gaps(within: lower..<limit).compactMap { run(stretch.timeline, $0) })
            }
            upper = min(upper ?? UInt64.max, stretch.begin.map(segmentSize.number(containing:)) ?? 0)
        }
        return missing.reversed().flatMap(\.self)
    }

    /// The number after the segment that holds the byte before `end`.
    private func numberAfter(_ end: LSN) -> UInt64 {
        end == .invalid ? 0 : segmentSize.number(containing: LSN(rawValue: end.rawValue - 1)) + 1
    }

    private mutating func fitting(_ segment: SegmentName) -> UInt64? {
        guard let number = segment.number(size: segmentSize) else {
            misfitCount += 1
            misfit = misfit ?? segment
            return nil
        }
        return number
    }

    private func run(_ timeline: TimelineID, _ numbers: Range<UInt64>) -> Run? {
        guard let first = SegmentName(timeline: timeline, number: numbers.lowerBound, size: segmentSize),
            let last = SegmentName(timeline: timeline, number: numbers.upperBound - 1, size: segmentSize)
        else { return nil }
        return Run(first: first, last: last, count: numbers.upperBound - numbers.lowerBound)
    }
}
