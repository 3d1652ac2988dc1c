import Format
import Postgres
import Testing

@Suite struct WALSummaryTests {
    private static func timeline(_ number: UInt32) throws -> TimelineID { try #require(TimelineID(rawValue: number)) }

    private static func summary(_ timeline: UInt32, _ start: UInt64, _ end: UInt64) throws -> WALSummary {
        WALSummary(timeline: try Self.timeline(timeline), start: LSN(rawValue: start), end: LSN(rawValue: end))
    }

    private static func range(_ timeline: UInt32, _ start: UInt64, _ end: UInt64) throws -> WALRange {
        WALRange(timeline: try Self.timeline(timeline), start: LSN(rawValue: start), end: LSN(rawValue: end))
    }

    @Test func findsThoseThatCover() throws {
        let a = try Self.summary(1, 100, 200)
        let b = try Self.summary(1, 200, 300)
        let c = try Self.summary(1, 250, 400)
        let other = try Self.summary(2, 100, 400)
        func coverage(_ start: UInt64, _ end: UInt64, _ available: [WALSummary]) throws -> WALSummary.Coverage {
            WALSummary.coverage(of: [try Self.range(1, start, end)], available: available)
        }
        let one = try Self.timeline(1)
        #expect(try coverage(100, 300, [b, other, a]) == .complete([a, b]))
        #expect(try coverage(150, 160, [b, a]) == .complete([a]))
        #expect(try coverage(120, 390, [c, b, a]) == .complete([a, b, c]))
        #expect(try coverage(200, 300, [a, b]) == .complete([b]))
        #expect(try coverage(100, 100, []) == .complete([]))
        #expect(try coverage(100, 300, []) == .gap(one, LSN(rawValue: 100)))
        #expect(try coverage(100, 301, [a, b]) == .gap(one, LSN(rawValue: 300)))
        #expect(try coverage(99, 300, [a, b]) == .gap(one, LSN(rawValue: 99)))
        #expect(try coverage(100, 400, [a, c]) == .gap(one, LSN(rawValue: 200)))
    }

    @Test func coversSeveralTimelines() throws {
        let ranges = [try Self.range(1, 100, 200), try Self.range(2, 200, 300)]
        let first = try Self.summary(1, 50, 200)
        let second = try Self.summary(2, 200, 300)
        #expect(WALSummary.coverage(of: ranges, available: [second, first]) == .complete([first, second]))
        let two = try Self.timeline(2)
        #expect(WALSummary.coverage(of: ranges, available: [first]) == .gap(two, LSN(rawValue: 200)))
    }

    private static func history(_ timeline: UInt32, _ text: String) throws -> TimelineHistory {
        let bytes = Array(text.utf8)
        let timeline = try Self.timeline(timeline)
        func parse() throws(FormatError) -> TimelineHistory { try TimelineHistory(of: timeline, bytes.span) }
        return try parse()
    }

    private static func path(_ from: (UInt32, UInt64), _ to: (UInt32, UInt64), _ history: String) throws -> [WALRange]?
    {
        WALRange.path(
            from: (try timeline(from.0), LSN(rawValue: from.1)), to: (try timeline(to.0), LSN(rawValue: to.1)),
            history: try Self.history(to.0, history))
    }

    @Test func followsTheHistory() throws {
        let text = "1\t0/100\tno recovery target specified\n2\t0/200\t\n"
        #expect(try Self.path((3, 0x210), (3, 0x300), text) == [Self.range(3, 0x210, 0x300)])
        #expect(
            try Self.path((2, 0x180), (3, 0x300), text) == [Self.range(2, 0x180, 0x200), Self.range(3, 0x200, 0x300)])
        let all = [try Self.range(1, 0x80, 0x100), try Self.range(2, 0x100, 0x200), try Self.range(3, 0x200, 0x300)]
        #expect(try Self.path((1, 0x80), (3, 0x300), text) == all)
        #expect(try Self.path((1, 0x80), (1, 0x80), "") == [Self.range(1, 0x80, 0x80)])
    }

    @Test func knowsWhatIsNoAncestor() throws {
        let text = "1\t0/100\t\n"
        #expect(try Self.path((1, 0x101), (3, 0x300), text) == nil)
        #expect(try Self.path((2, 0x80), (3, 0x300), text) == nil)
        #expect(try Self.path((3, 0x80), (3, 0x300), text) == nil)
        #expect(try Self.path((1, 0x80), (1, 0x70), "") == nil)
        #expect(try Self.path((4, 0x80), (3, 0x300), text) == nil)
    }
}
