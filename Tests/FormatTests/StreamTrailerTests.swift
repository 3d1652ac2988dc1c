import Format
import Testing

@Suite struct StreamTrailerTests {
    private static func trailer() -> StreamTrailer {
        var trailer = StreamTrailer(contentByteCount: 1, sealedByteCount: .max, messageCount: 0x0102_0304_0506_0708)
        trailer.contentDigest = Array(repeating: 1, count: 32)
        trailer.digestKeyFingerprint = Array(repeating: 2, count: 16)
        trailer.tagsDigest = Array(repeating: 3, count: 32)
        trailer.signer = Array(repeating: 4, count: 32)
        trailer.signature = Array(repeating: 5, count: 64)
        trailer.code = Array(repeating: 6, count: 32)
        trailer.checksum = Array(repeating: 7, count: 32)
        return trailer
    }

    @Test func encodedTrailersAreParsedAgain() throws {
        let bytes = Self.trailer().encode()
        #expect(bytes.count == StreamTrailer.byteCount)
        let again = try StreamTrailer.parse(bytes.span)
        #expect(again == Self.trailer())
    }

    @Test func fieldsAreWhereTheDocumentSays() {
        let bytes = Self.trailer().encode()
        #expect(
            Array(bytes[..<32]) == Array("TRNKTAIL".utf8) + [1, 0, 0, 0, 0, 0, 0, 0]
                + Array(repeating: 255, count: 8) + [8, 7, 6, 5, 4, 3, 2, 1])
        for (value, range) in [
            (1, 32..<64), (2, 64..<80), (3, 80..<112), (4, 112..<144), (5, 144..<208), (6, 208..<240), (7, 240..<272),
        ] {
            #expect(bytes[range].allSatisfy { $0 == value })
        }
    }

    @Test func otherLengthsAndMagicsAreRefused() {
        let bytes = Self.trailer().encode()
        for wrong in [[], Array(bytes.dropLast()), bytes + [0], [0] + bytes.dropFirst()] {
            #expect(throws: StreamFormatError.self) { try StreamTrailer.parse(wrong.span) }
        }
    }

    @Test func fieldsAreEmptyTogether() throws {
        var trailer = StreamTrailer(contentByteCount: 0, sealedByteCount: 0, messageCount: 0)
        #expect(!trailer.hasDigest && !trailer.isSigned)
        try trailer.checkEmptyFields()
        trailer.contentDigest[31] = 1
        #expect(throws: StreamFormatError.self) { try trailer.checkEmptyFields() }
        trailer.digestKeyFingerprint[0] = 1
        try trailer.checkEmptyFields()
        trailer.signature[63] = 1
        #expect(throws: StreamFormatError.self) { try trailer.checkEmptyFields() }
        trailer.signer[0] = 1
        try trailer.checkEmptyFields()
    }
}
