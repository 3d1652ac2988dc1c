import Format
import Testing

@Suite struct SegmentNameTests {
    static let sizes: [SegmentSize] = (0...10).compactMap { SegmentSize(byteCount: 1_048_576 << $0) }

    @Test func readsItsThreeParts() throws {
        let name = try #require(SegmentName("0000000A0000001B000000FE"))
        #expect(name.timeline.rawValue == 10)
        #expect(name.log == 0x1B)
        #expect(name.segment == 0xFE)
        #expect(name.description == "0000000A0000001B000000FE")
    }

    @Test(arguments: [
        "", "00000001000000000000000", "0000000100000000000000001", "00000001000000000000000a",
        "000000000000000000000001", "00000001000000000000000G", "000000010000000000000001.partial",
    ])
    func refusesOtherTexts(text: String) {
        #expect(SegmentName(text) == nil)
    }

    @Test(arguments: sizes)
    func countsOverTheEndOfALog(size: SegmentSize) throws {
        let last = SegmentName(timeline: .first, log: 0, segment: size.segmentsPerLog - 1)
        let next = try #require(last.next(size: size))
        #expect(next == SegmentName(timeline: .first, log: 1, segment: 0))
        #expect(next.previous(size: size) == last)
        #expect(next.firstLSN(size: size) == LSN(rawValue: 1 << 32))
        #expect(next.number(size: size) == UInt64(size.segmentsPerLog))
        #expect(SegmentName(timeline: .first, containing: LSN(rawValue: (1 << 32) - 1), size: size) == last)
    }

    @Test(arguments: sizes)
    func endsWhereTheLSNEnds(size: SegmentSize) throws {
        let last = try #require(SegmentName(timeline: .first, number: size.lastNumber, size: size))
        #expect(last.log == UInt32.max)
        #expect(last.next(size: size) == nil)
        #expect(SegmentName(timeline: .first, number: size.lastNumber + 1, size: size) == nil)
        #expect(SegmentName(timeline: .first, containing: LSN(rawValue: .max), size: size) == last)
        #expect(SegmentName(timeline: .first, number: 0, size: size)?.previous(size: size) == nil)
    }

    @Test(arguments: sizes)
    func hasNoPositionWhenItsLastPartIsTooLarge(size: SegmentSize) {
        let stranger = SegmentName(timeline: .first, log: 0, segment: size.segmentsPerLog)
        #expect(stranger.number(size: size) == nil)
        #expect(stranger.firstLSN(size: size) == nil)
        #expect(stranger.next(size: size) == nil)
        #expect(stranger.previous(size: size) == nil)
    }

    @Test func sortsLikeItsText() throws {
        let texts = [
            "000000020000000000000001", "00000001000000FF00000000", "000000010000000000000010",
            "0000000A0000000000000000",
        ]
        let names = texts.compactMap { SegmentName($0) }
        #expect(names.sorted().map(\.description) == texts.sorted())
    }

    @Test func movesToAnotherTimeline() throws {
        let child = try #require(TimelineID(rawValue: 2))
        #expect(SegmentName("000000010000000000000010")?.on(child).description == "000000020000000000000010")
    }
}
