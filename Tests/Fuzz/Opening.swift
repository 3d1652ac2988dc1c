import Codec
import Format
import Stream

/// Opens one object to its end, in pieces.
struct Opening: ~Copyable {
    private var opener = StreamOpener(
        name: SealedSeeds.name,
        parameters: OpenParameters(
            identities: [SealedSeeds.identity], digestKey: nil, signers: [], acceptsUnencrypted: true))
    private var layout: StreamLayout?
    private var decoder: BlockDecoder?
    private var digest = ContentDigest(nil, name: SealedSeeds.name)
    private var content: [UInt8] = []

    /// The content, or the error of the first thing that is wrong.
    static func content(of object: [UInt8], pieceByteCount: Int) throws -> [UInt8] {
        var opening = Opening()
        for start in stride(from: 0, to: object.count, by: pieceByteCount) {
            try opening.take(Array(object[start..<min(start + pieceByteCount, object.count)]))
        }
        _ = try opening.opener.finish(opening.digest.finish())
        return opening.content
    }

    private mutating func take(_ piece: [UInt8]) throws {
        var rest = piece[...]
        while true {
            var data = Block(capacity: layout?.dataByteCountMax ?? 1)
            let advance = try data.append { (output) throws(CodecError) in
                try opener.advance(rest.span.bytes, into: &output)
            }
            rest = rest.dropFirst(advance.consumedByteCount)
            switch advance.step {
            case .needsInput:
                expect(rest.isEmpty, "the opener takes all input before it asks for more")
                return
            case .header(let layout):
                expect(self.layout == nil, "there is one header")
                self.layout = layout
                decoder = try BlockDecoder(layout)
            case .message(let message): try decode(message, data)
            }
        }
    }

    private mutating func decode(_ message: OpenedMessage, _ data: borrowing Block) throws {
        var block = Block(capacity: layout?.blockSize.byteCount ?? 1)
        try block.append { (output) throws(CodecError) in
            try data.withBytes { (bytes) throws(CodecError) in try decoder?.decode(bytes, of: message, into: &output) }
        }
        block.withBytes { bytes in
            digest.append(LeafHasher(nil).hash(bytes))
            content += bytes.withUnsafeBytes { Array($0) }
        }
    }
}
