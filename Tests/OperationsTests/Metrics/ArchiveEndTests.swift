import Format
import Operations
import TestSupport
import Testing

@testable import Operations

/// Segments of 1 MiB on timeline 1, some on timeline 2, which begins within segment 5.
@Suite struct ArchiveEndTests {
    private let second = required(TimelineID(rawValue: 2))

    private func inventory(_ numbers: [UInt64], onSecond: [UInt64] = [], isKnown: Bool = true) throws -> WALInventory {
        var ranges = SegmentRanges(segmentSize: WAL.size)
        for (timeline, numbers) in [(TimelineID.first, numbers), (second, onSecond)] {
            for number in numbers {
                let name = SegmentName(timeline: timeline, number: number, size: WAL.size)
                ranges.insert(.segment(required(name)))
            }
        }
        let history = try TimelineHistory(of: second, Array("1\t0/500100\treason\n".utf8).span)
        return WALInventory(system: WAL.system, segments: ranges, histories: isKnown ? [second: history] : [:])
    }

    private func backup(start: UInt64, stop: UInt64) -> BackupSummary {
        var fixture = BackupFixture()
        (fixture.startLSN, fixture.stopLSN) = (LSN(rawValue: start), LSN(rawValue: stop))
        return fixture.summary
    }

    private func text(_ end: ArchiveEnd?) -> String {
        end.map { "\($0.timeline) \($0.lsn) \($0.lastTimeline) \($0.missingSegments)" } ?? "none"
    }

    @Test func nothingHasNoEnd() throws {
        #expect(text(try inventory([]).end([])) == "none")
    }

    @Test func withoutABackupItCountsFromTheFirstSegment() throws {
        #expect(text(try inventory([2, 3, 4]).end([])) == "1 0/500000 1 0")
        #expect(text(try inventory([2, 4, 7]).end([])) == "1 0/300000 1 3")
    }

    @Test func gapsBeforeTheNewestBackupDoNotCount() throws {
        let backups = [backup(start: 0x20_0028, stop: 0x20_0100), backup(start: 0x40_0028, stop: 0x40_0100)]
        #expect(text(try inventory([2, 4, 5]).end(backups)) == "1 0/600000 1 0")
        #expect(text(try inventory([2, 4, 5, 8, 10]).end(backups)) == "1 0/600000 1 3")
        #expect(text(try inventory([2, 4, 5, 8, 10]).end([])) == "1 0/300000 1 4")
    }

    /// Segment 5 is needed of timeline 2 alone, which begins with a copy.
    @Test func anotherTimelineGoesOn() throws {
        let backups = [backup(start: 0x20_0028, stop: 0x20_0100)]
        #expect(text(try inventory([2, 3, 4], onSecond: [5, 6]).end(backups)) == "2 0/700000 2 0")
        #expect(text(try inventory([2, 4], onSecond: [5, 6]).end(backups)) == "2 0/300000 1 1")
        #expect(text(try inventory([2, 4], onSecond: [5, 6], isKnown: false).end(backups)) == "2 0/700000 2 0")
    }
}
