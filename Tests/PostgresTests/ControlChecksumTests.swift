import Postgres
import Testing

@Suite struct ControlChecksumTests {
    private static func checksum(_ bytes: [UInt8]) -> UInt32 { ControlChecksum.of(bytes.span, count: bytes.count) }

    /// RFC 3720, appendix B.4, and the customary check value.
    @Test func agreesWithPublishedValues() {
        #expect(Self.checksum([]) == 0)
        #expect(Self.checksum(Array("123456789".utf8)) == 0xE306_9283)
        #expect(Self.checksum(Array(repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(Self.checksum(Array(repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(Self.checksum(Array(0..<32)) == 0x46DD_794E)
    }
}
