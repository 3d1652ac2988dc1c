import Codec
import Format

extension FuzzTarget {
    static let codecs = [stream, message, keyFiles]

    /// Any bytes as an object.
    private static let stream = FuzzTarget(
        name: "stream", byteCountMax: 2048,
        seeds: {
            let objects = try SealedSeeds.objects()
            for object in objects {
                // A seed that does not open would leave everything behind the header in peace.
                _ = try Opening.content(of: object, pieceByteCount: object.count)
            }
            return objects
        },
        run: { bytes in
            let whole = try? Opening.content(of: bytes, pieceByteCount: max(bytes.count, 1))
            let split = try? Opening.content(of: bytes, pieceByteCount: 7)
            expect(whole == split, "how an object arrives does not matter")
        })

    /// Any bytes as the data of messages that are sealed as they should be: what a writer with the key might do.
    private static let message = FuzzTarget(
        name: "message", byteCountMax: 4096,
        seeds: { [[0], [1], [2], [3]].map { $0 + Array("what goes in comes out".utf8) } + (try zstdFrames()) },
        run: { bytes in
            guard let choice = bytes.first else { return }
            let cipher: StreamCipher = choice & 1 == 0 ? .none : .secretstream
            let layout = SealedSeeds.layout(cipher, choice & 2 == 0 ? .none : .zstd)
            let data = Array(bytes.dropFirst())
            let cut = min(Int(choice >> 2), data.count)
            let messages = cut == 0 ? [data] : [Array(data[..<cut]), Array(data[cut...])]
            guard let object = try? SealedSeeds.seal(messages, content: data, layout, signed: choice & 4 == 0) else {
                return
            }
            guard let content = try? Opening.content(of: object, pieceByteCount: 512) else { return }
            expect(layout.compression == .zstd || content == data, "what was sealed is what is opened")
        })

    private static func zstdFrames() throws -> [[UInt8]] {
        var encoder = try BlockEncoder(SealedSeeds.layout(.none, .zstd), level: 3)
        return try [[], Array("abcabcabcabcabcabcabc".utf8), (0..<300).map { UInt8(truncatingIfNeeded: $0 &* $0) }].map
        {
            (content: [UInt8]) in
            [2] + (try SealedSeeds.octets(room: 1 << 17) { try encoder.encode(content.span.bytes, into: &$0) })
        }
    }

    private static let keyFiles = FuzzTarget(
        name: "key-files", byteCountMax: 2048,
        seeds: {
            SealedSeeds.keyTexts().map { Array("# a comment\n\n\($0)\n".utf8) }
                + [Array(SealedSeeds.keyTexts().joined(separator: "\n").utf8)]
        },
        run: { bytes in
            _ = try? DigestKey(file: bytes.span)
            _ = try? SigningKey(file: bytes.span)
            guard let file = try? IdentityFile.parse(bytes.span) else { return }
            let again = try? IdentityFile.parse(file.print().span)
            expect(again?.entries.count == file.entries.count, "an identity file is read as it is printed")
        })
}
