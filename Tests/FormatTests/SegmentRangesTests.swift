import Format
import TestSupport
import Testing

@Suite struct SegmentRangesTests {
    private static let second = TimelineID(rawValue: 2)

    private static func names(_ texts: [String]) -> [WALFileName] { texts.compactMap { WALFileName($0) } }

    private static func segments(_ timeline: TimelineID, _ numbers: some Sequence<UInt64>) -> [WALFileName] {
        numbers.compactMap { SegmentName(timeline: timeline, number: $0, size: .standard).map(WALFileName.segment) }
    }

    private func texts(_ runs: [SegmentRanges.Run]) -> [String] {
        runs.map { "\($0.first)-\($0.last) \($0.count)" }
    }

    @Test func namesRunsAndGaps() throws {
        let ranges = SegmentRanges(segmentSize: .standard, Self.segments(.first, [253, 254, 255, 256, 259, 260, 1]))
        let timeline = try #require(ranges.timelines.first)
        #expect(
            texts(timeline.runs) == [
                "000000010000000000000001-000000010000000000000001 1",
                "0000000100000000000000FD-000000010000000100000000 4",
                "000000010000000100000003-000000010000000100000004 2",
            ])
        #expect(
            texts(timeline.gaps) == [
                "000000010000000000000002-0000000100000000000000FC 251",
                "000000010000000100000001-000000010000000100000002 2",
            ])
    }

    @Test func keepsEverythingElseApart() throws {
        let ranges = SegmentRanges(
            segmentSize: .standard,
            Self.names([
                "000000010000000000000001", "000000010000000000000002.partial",
                "000000010000000000000001.00000028.backup",
                "00000002.history", "000000010000000000000100", "historyhistory00",
            ]))
        #expect(ranges.timelines.map(\.timeline.rawValue) == [1, 2])
        let first = try #require(ranges.timelines.first)
        #expect(first.runs.count == 1 && first.gaps.isEmpty && !first.hasHistory)
        #expect(first.partials.map(\.description) == ["000000010000000000000002"])
        #expect(first.backups.map(\.description) == ["000000010000000000000001"])
        #expect(ranges.timelines.last?.hasHistory == true)
        #expect(ranges.misfitCount == 1)
        #expect(ranges.misfit?.description == "000000010000000000000100")
    }

    @Test func nothingIsNothing() {
        #expect(SegmentRanges(segmentSize: .standard).timelines.isEmpty)
    }

    /// Timeline 1 up to the middle of segment 5, then timeline 2 from its copy of segment 5 on.
    @Test func followsAHistory() throws {
        let second = try #require(Self.second)
        let history = try TimelineHistory(of: second, Array("1\t0/5800000\tpromoted\n".utf8).span)
        let begin = LSN(rawValue: 0x2000000)
        let whole = SegmentRanges(segmentSize: .standard, Self.segments(.first, 2...4) + Self.segments(second, 5...8))
        #expect(whole.missing(along: history, from: begin).isEmpty)
        let holes = SegmentRanges(
            segmentSize: .standard, Self.segments(.first, [1, 2, 3, 5, 6]) + Self.segments(second, [6, 8]))
        #expect(
            texts(holes.missing(along: history, from: begin)) == [
                "000000010000000000000004-000000010000000000000004 1",
                "000000020000000000000005-000000020000000000000005 1",
                "000000020000000000000007-000000020000000000000007 1",
            ])
        #expect(
            texts(holes.missing(along: history, from: LSN(rawValue: 0x7000000), to: LSN(rawValue: 0x9000001))) == [
                "000000020000000000000007-000000020000000000000007 1",
                "000000020000000000000009-000000020000000000000009 1",
            ])
        #expect(holes.missing(along: history, from: begin, to: LSN(rawValue: 0x4000000)).isEmpty)
    }

    /// The switch is exactly between segments 4 and 5: timeline 1 is whole with 4, timeline 2 begins with 5.
    @Test func aSwitchAtABoundaryNeedsNoCopy() throws {
        let second = try #require(Self.second)
        let history = try TimelineHistory(of: second, Array("1\t0/5000000\tpromoted\n".utf8).span)
        let ranges = SegmentRanges(segmentSize: .standard, Self.segments(.first, 2...4) + Self.segments(second, [5]))
        #expect(ranges.missing(along: history, from: LSN(rawValue: 0x2000000)).isEmpty)
    }

    /// Promoted twice within segment 5: nothing is needed of the timeline between.
    @Test func twoSwitchesInOneSegment() throws {
        let second = try #require(Self.second)
        let third = try #require(TimelineID(rawValue: 3))
        let history = try TimelineHistory(of: third, Array("1\t0/5000100\ta\n2\t0/5000200\tb\n".utf8).span)
        let ranges = SegmentRanges(segmentSize: .standard, Self.segments(.first, 2...4) + Self.segments(third, 5...6))
        #expect(ranges.missing(along: history, from: LSN(rawValue: 0x2000000)).isEmpty)
        #expect(!ranges.contains(SegmentName(timeline: second, log: 0, segment: 5)))
        #expect(ranges.contains(SegmentName(timeline: third, log: 0, segment: 5)))
    }

    /// Recovery along timeline 3 that stopped in segment 3, before 3 began: nothing after it is needed of 2.
    @Test func aHistoryThatRunsBackwards() throws {
        let second = try #require(Self.second)
        let fourth = try #require(TimelineID(rawValue: 4))
        let text = "1\t0/2000100\ta\n2\t0/9000000\tb\n3\t0/3000100\tc\n"
        let history = try TimelineHistory(of: fourth, Array(text.utf8).span)
        let ranges = SegmentRanges(
            segmentSize: .standard,
            Self.segments(.first, [1]) + Self.segments(second, [2]) + Self.segments(fourth, [3, 4]))
        #expect(ranges.missing(along: history, from: LSN(rawValue: 0x1000000)).isEmpty)
    }

    /// Nothing of the newest timeline is there yet: its ancestors are judged, it is not.
    @Test func aTimelineJustBegun() throws {
        let second = try #require(Self.second)
        let history = try TimelineHistory(of: second, Array("1\t0/5800000\tpromoted\n".utf8).span)
        let ranges = SegmentRanges(segmentSize: .standard, Self.segments(.first, [2, 3]))
        #expect(
            texts(ranges.missing(along: history, from: LSN(rawValue: 0x2000000))) == [
                "000000010000000000000004-000000010000000000000004 1"
            ])
    }

    @Test func agreesWithASetInAnyOrder() throws {
        var random = SeededRandom("agreesWithASetInAnyOrder")
        for _ in 0..<200 {
            let numbers = Set(
                (0..<Int.random(in: 1...60, using: &random)).map { _ in UInt64.random(in: 0...80, using: &random) })
            let names = Self.segments(.first, numbers.shuffled(using: &random) + numbers.prefix(5))
            let ranges = SegmentRanges(segmentSize: .standard, names)
            let timeline = try #require(ranges.timelines.first)
            let there = timeline.runs.flatMap { Self.numbers($0) }
            #expect(there == numbers.sorted())
            let absent = timeline.gaps.flatMap { Self.numbers($0) }
            let lowest = try #require(numbers.min())
            let highest = try #require(numbers.max())
            #expect(absent == (lowest...highest).filter { !numbers.contains($0) })
            let missing = ranges.missing(
                along: TimelineHistory(root: .first), from: .invalid, to: LSN(rawValue: 81 << 24))
            #expect(missing.flatMap { Self.numbers($0) } == (0...80).filter { !numbers.contains($0) })
            #expect(SegmentRanges(segmentSize: .standard, names.sorted()) == ranges)
        }
    }

    private static func numbers(_ run: SegmentRanges.Run) -> [UInt64] {
        guard let first = run.first.number(size: .standard), let last = run.last.number(size: .standard) else {
            return []
        }
        return Array(first...last)
    }
}
