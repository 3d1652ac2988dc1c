import Stream
import Testing

@Suite struct CRC32CTests {
    private static func checksum(_ octets: some Collection<UInt8>) -> CRC32C {
        var checksum = CRC32C()
        checksum.update(Array(octets).span.bytes)
        return checksum
    }

    /// RFC 3720, appendix B.4, and the check value of the polynomial.
    @Test(
        arguments: [
            ([], 0), (Array("123456789".utf8), 0xE306_9283), (Array(repeating: 0, count: 32), 0x8A91_36AA),
            (Array(repeating: 0xFF, count: 32), 0x62A8_AB43), (Array(0..<32), 0x46DD_794E),
            (Array((0..<32).reversed()), 0x113F_DB5C),
        ] as [([UInt8], UInt32)])
    func knownValues(octets: [UInt8], value: UInt32) {
        #expect(Self.checksum(octets).value == value)
    }

    @Test func piecesAreOneAfterTheOther() {
        let octets = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* $0) }
        for cut in [0, 1, 7, 8, 500, 999, 1000] {
            var checksum = Self.checksum(octets[..<cut])
            checksum.update(Array(octets[cut...]).span.bytes)
            #expect(checksum == Self.checksum(octets))
        }
    }

    @Test func joinedIsWhatWouldHaveBeenComputed() {
        var random = Seeded(test: "CRC32CTests.joinedIsWhatWouldHaveBeenComputed")
        for _ in 0..<200 {
            let octets = (0..<Int.random(in: 0...5000, using: &random)).map { _ in
                UInt8.random(in: .min ... .max, using: &random)
            }
            let cut = Int.random(in: 0...octets.count, using: &random)
            let joined = Self.checksum(octets[..<cut]).joined(
                with: Self.checksum(octets[cut...]), byteCount: UInt64(octets.count - cut))
            #expect(joined == Self.checksum(octets), "\(cut) of \(octets.count)")
        }
    }

    @Test func manyPiecesJoinInTurn() {
        let octets = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 / 3) }
        var joined = CRC32C()
        for start in stride(from: 0, to: octets.count, by: 8192) {
            let piece = octets[start..<min(start + 8192, octets.count)]
            joined = joined.joined(with: Self.checksum(piece), byteCount: UInt64(piece.count))
        }
        #expect(joined == Self.checksum(octets))
    }

    /// Of lengths that nobody computes: where they are cut does not matter.
    @Test func joiningIsAssociative() {
        let (one, two, three) = (CRC32C(value: 0x1234_5678), CRC32C(value: 0x9ABC_DEF0), CRC32C(value: .max))
        for (second, third) in [(1, 1), (1 << 40, 3), (1 << 62, 1 << 61), (5, 1 << 63)] as [(UInt64, UInt64)] {
            let left = one.joined(with: two, byteCount: second).joined(with: three, byteCount: third)
            let right = one.joined(with: two.joined(with: three, byteCount: third), byteCount: second + third)
            #expect(left == right)
        }
        #expect(one.joined(with: CRC32C(), byteCount: 0) == one)
        #expect(CRC32C().joined(with: one, byteCount: 100) == one)
    }
}
