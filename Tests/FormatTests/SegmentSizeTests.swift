import Format
import Testing

@Suite struct SegmentSizeTests {
    @Test(arguments: (0...10).map { UInt64(1_048_576) << $0 })
    func takesPowersOfTwo(byteCount: UInt64) throws {
        let size = try #require(SegmentSize(byteCount: byteCount))
        #expect(UInt64(size.segmentsPerLog) * size.byteCount == 1 << 32)
        #expect(size.lastNumber == UInt64.max / byteCount)
    }

    @Test(arguments: [0, 1, 524_288, 1_048_575, 3_145_728, 2_147_483_648, UInt64.max])
    func refusesOthers(byteCount: UInt64) {
        #expect(SegmentSize(byteCount: byteCount) == nil)
    }

    @Test func standardIsSixteenMebibytes() {
        #expect(SegmentSize.standard.description == "16 MiB")
        #expect(SegmentSize(byteCount: 16_777_216) == .standard)
    }
}
