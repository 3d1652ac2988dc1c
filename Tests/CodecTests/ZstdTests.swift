import Codec
import Format
import Testing

@Suite struct ZstdTests {
    @Test(arguments: [-7, 1, 3, 19], ZstdCompressor.Kind.allCases) func framesOfEveryLevelComeBack(
        level: Int, kind: ZstdCompressor.Kind
    ) throws {
        var compressor = try ZstdCompressor(level: level, for: kind)
        var decompressor = try ZstdDecompressor()
        for content in [[], [1], Octets.text(100_000), Octets.noise(100_000, seed: 5)] {
            let frame = try Sealed.octets(room: 120_000) { (output) throws(CodecError) in
                try compressor.compress(content.span.bytes, into: &output)
            }
            let again = try Sealed.octets(room: 100_000) { (output) throws(CodecError) in
                try decompressor.decompress(frame.span.bytes, limit: 100_000, into: &output)
            }
            #expect(again == content)
        }
    }

    @Test(arguments: [-8, 20, 1000, Int.min, Int.max]) func levelsOutOfRangeAreRefused(level: Int) {
        #expect(throws: CodecError.self) { _ = try ZstdCompressor(level: level) }
    }

    @Test func theBoundOfAFrameIsKept() throws {
        for exponent in UInt8(16)...23 {
            let size = try #require(StreamBlockSize(exponent: exponent))
            let layout = Sealed.layout(.secretstream, .zstd, size)
            var encoder = try BlockEncoder(layout, level: 1)
            let block = Octets.noise(size.byteCount, seed: UInt64(exponent))
            let frame = try Sealed.octets(room: layout.dataByteCountMax) { (output) throws(CodecError) in
                try encoder.encode(block.span.bytes, into: &output)
            }
            #expect(frame.count > block.count && frame.count <= layout.dataByteCountMax)
        }
    }

    @Test func tooLittleRoomIsAnErrorAndNoTrap() throws {
        let content = Octets.noise(1000, seed: 6)
        var compressor = try ZstdCompressor(level: 1)
        var decompressor = try ZstdDecompressor()
        #expect(throws: CodecError.self) {
            try Sealed.octets(room: 10) { (output) throws(CodecError) in
                try compressor.compress(content.span.bytes, into: &output)
            }
        }
        let frame = try Sealed.octets(room: 2000) { (output) throws(CodecError) in
            try compressor.compress(content.span.bytes, into: &output)
        }
        for (room, limit) in [(999, 1000), (1000, 999), (0, 1000)] {
            #expect(throws: CodecError.self) {
                try Sealed.octets(room: room) { (output) throws(CodecError) in
                    try decompressor.decompress(frame.span.bytes, limit: limit, into: &output)
                }
            }
        }
    }

    /// Levels from each of zstd's strategies; all of them take minutes in a debug build.
    @Test(arguments: UInt8(16)...23, [-7, 1, 3, 4, 6, 9, 13, 16, 19]) func contextsKeepTheirBound(
        exponent: UInt8, level: Int
    ) throws {
        let size = try #require(StreamBlockSize(exponent: exponent))
        let block = [UInt8](repeating: 7, count: size.byteCount)
        var compressor = try ZstdCompressor(level: level)
        var decompressor = try ZstdDecompressor()
        let frame = try Sealed.octets(room: size.byteCount) { (output) throws(CodecError) in
            try compressor.compress(block.span.bytes, into: &output)
        }
        _ = try Sealed.octets(room: size.byteCount) { (output) throws(CodecError) in
            try decompressor.decompress(frame.span.bytes, limit: size.byteCount, into: &output)
        }
        let bound = ZstdCompressor.contextByteCountMax(blockByteCount: size.byteCount, level: level)
        #expect(compressor.contextByteCount <= bound)
        #expect(decompressor.contextByteCount <= ZstdDecompressor.contextByteCountMax)
    }
}
