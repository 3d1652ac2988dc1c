import Codec
import Format
import Stream

/// One object opened to its end, or the error of the first thing wrong with it.
struct Opened {
    var content: [UInt8] = []
    /// The data of each message, as it was sealed.
    var messages: [[UInt8]] = []
    var layout: StreamLayout?
    var report: StreamReport?

    /// Opens `object` in pieces of `pieceByteCount` bytes.
    init(
        _ object: [UInt8], _ parameters: OpenParameters, name: ObjectKey = Sealed.name,
        pieceByteCount: Int = .max
    ) throws {
        var opener = StreamOpener(name: name, parameters: parameters)
        var decoder: BlockDecoder?
        let hasher = LeafHasher(parameters.digestKey)
        var digest = ContentDigest(parameters.digestKey, name: name)
        for start in stride(from: 0, to: object.count, by: min(pieceByteCount, max(object.count, 1))) {
            var rest = object[start..<min(start + min(pieceByteCount, object.count), object.count)]
            var step = StreamOpener.Step.header(Sealed.layout())
            while step != .needsInput {
                var data = Block(capacity: layout?.dataByteCountMax ?? 1)
                let advance = try data.append { (output) throws(CodecError) in
                    try opener.advance(rest.span.bytes, into: &output)
                }
                rest = rest.dropFirst(advance.consumedByteCount)
                step = advance.step
                switch step {
                case .needsInput: precondition(rest.isEmpty, "all input is taken")
                case .header(let found):
                    layout = found
                    decoder = try BlockDecoder(found)
                case .message(let message):
                    try take(message, data, &decoder) { digest.append(hasher.hash($0)) }
                }
            }
        }
        report = try opener.finish(digest.finish())
    }

    private mutating func take(
        _ message: OpenedMessage, _ data: borrowing Block, _ decoder: inout BlockDecoder?,
        _ observe: (RawSpan) -> Void
    ) throws {
        var block = Block(capacity: layout?.blockSize.byteCount ?? 1)
        try block.append { (output) throws(CodecError) in
            try data.withBytes { (bytes) throws(CodecError) in try decoder?.decode(bytes, of: message, into: &output) }
        }
        precondition(message.sequence == UInt64(messages.count), "messages come in order")
        messages.append(data.withBytes { $0.withUnsafeBytes { Array($0) } })
        block.withBytes { bytes in
            observe(bytes)
            content += bytes.withUnsafeBytes { Array($0) }
        }
    }

    /// The class of the refusal, or nil when the object is good.
    static func failure(
        _ object: [UInt8], _ parameters: OpenParameters, name: ObjectKey = Sealed.name, pieceByteCount: Int = .max
    ) throws -> StreamFailure? {
        do {
            _ = try Opened(object, parameters, name: name, pieceByteCount: pieceByteCount)
            return nil
        } catch let error as CodecError {
            guard let failure = error.streamFailure else { throw error }
            return failure
        }
    }
}
