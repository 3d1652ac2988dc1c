import Format
import Testing

@Suite struct StreamHeaderTests {
    private static func header(_ cipher: StreamCipher = .secretstream, slotCount: Int = 2) -> StreamHeader {
        let slots = (0..<slotCount).map { number in
            StreamHeader.Slot(
                fingerprint: Array(repeating: UInt8(number), count: 8),
                sealedKey: (0..<80).map { UInt8($0 &+ number) })
        }
        return StreamHeader(
            layout: StreamLayout(cipher: cipher, compression: .zstd, blockSize: .standard), slots: slots,
            nonce: Array(repeating: cipher == .none ? 0 : 7, count: 24), code: Array(repeating: 9, count: 32))
    }

    private func failure(_ bytes: [UInt8]) -> StreamFailure? {
        do throws(StreamFormatError) {
            _ = try StreamHeader.parse(bytes.span)
            return nil
        } catch { return error.failure }
    }

    @Test(arguments: 1...16) func encodedHeadersAreParsedAgain(slotCount: Int) throws {
        let header = Self.header(slotCount: slotCount)
        let bytes = header.encode()
        #expect(bytes.count == StreamHeader.byteCount(slotCount: slotCount))
        #expect(bytes.count <= StreamHeader.byteCountMax)
        let prefix = Array(bytes.prefix(StreamHeader.prefixByteCount))
        let told = try StreamHeader.byteCount(prefix: prefix.span)
        #expect(told == bytes.count)
        let again = try StreamHeader.parse(bytes.span)
        #expect(again == header)
        #expect(Array(bytes.dropLast(32)) == header.encodeAuthenticated())
    }

    @Test func fieldsAreWhereTheDocumentSays() {
        let bytes = Self.header().encode()
        #expect(Array(bytes[..<16]) == Array("TRNKLINE".utf8) + [1, 1, 1, 20, 2, 0, 0, 0])
        #expect(bytes[16..<24].allSatisfy { $0 == 0 } && bytes[104..<112].allSatisfy { $0 == 1 })
        #expect(bytes[192..<216].allSatisfy { $0 == 7 } && bytes[216...].allSatisfy { $0 == 9 })
    }

    /// Every value of every byte of the fixed part: parsed or refused, never a trap.
    @Test func everyValueOfTheFixedFieldsHasItsFailure() {
        for cipher in StreamCipher.allCases {
            let good = Self.header(cipher, slotCount: cipher == .none ? 0 : 2).encode()
            for offset in 0..<16 {
                for value in UInt8.min...UInt8.max {
                    var bytes = good
                    bytes[offset] = value
                    #expect(expected(offset, bytes, good).contains(failure(bytes)), "byte \(offset) is \(value)")
                }
            }
        }
    }

    private func expected(_ offset: Int, _ bytes: [UInt8], _ good: [UInt8]) -> [StreamFailure?] {
        if bytes == good { return [nil] }
        switch offset {
        case 0..<8: return [.notAStream]
        case 8: return [.unsupportedVersion]
        case 10: return [bytes[10] <= 1 ? nil : .badHeader]
        case 11: return [(16...23).contains(bytes[11]) ? nil : .badHeader]
        case 12: return [.badHeader, .truncated]
        default: return [.badHeader]
        }
    }

    @Test func everyPrefixIsTooShort() {
        let bytes = Self.header().encode()
        for count in bytes.indices { #expect(failure(Array(bytes.prefix(count))) == .truncated) }
        #expect(failure(bytes + [0]) == .truncated)
        #expect(failure([]) == .truncated)
        #expect(failure(Array("TRNKLIN_".utf8)) == .notAStream)
        #expect(failure([0]) == .notAStream)
    }

    @Test func unencryptedHeadersHaveNoNonce() {
        var bytes = Self.header(.none, slotCount: 0).encode()
        #expect(failure(bytes) == nil)
        bytes[20] = 1
        #expect(failure(bytes) == .badHeader)
    }

    @Test func blockSizesArePowersOfTwo() {
        #expect((0...255).compactMap { StreamBlockSize(exponent: $0)?.exponent } == Array(16...23))
        #expect(StreamBlockSize(byteCount: 1 << 20) == .standard)
        for byteCount in [Int.min, -1, 0, 1, 1 << 15, (1 << 16) + 1, 1 << 24, 1 << 62, Int.max] {
            #expect(StreamBlockSize(byteCount: byteCount) == nil)
        }
    }

    @Test func theLargestDataIsZstdsBound() {
        // ZSTD_COMPRESSBOUND of zstd.h, worked out for two sizes.
        let small = StreamLayout(cipher: .secretstream, compression: .zstd, blockSize: .smallest)
        #expect(small.dataByteCountMax == 65_536 + 256 + 32)
        let standard = StreamLayout(cipher: .secretstream, compression: .zstd, blockSize: .standard)
        #expect(standard.dataByteCountMax == 1_048_576 + 4096)
        #expect(standard.messageByteCountMax == standard.dataByteCountMax + 17)
        let raw = StreamLayout(cipher: .none, compression: .none, blockSize: .largest)
        #expect(raw.dataByteCountMax == 8 << 20)
    }
}
