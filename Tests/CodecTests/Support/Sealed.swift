import Codec
import Format
import Stream

/// Whole objects in arrays, sealed and opened as the pipeline does it block by block.
enum Sealed {
    static let name = key("clusters/main/wal/7000000000000000001/00000001/00000000/000000010000000000000003")

    static func key(_ path: String) -> ObjectKey {
        guard let key = ObjectKey(path) else { preconditionFailure("\(path) is no key") }
        return key
    }

    static func layout(
        _ cipher: StreamCipher = .secretstream, _ compression: StreamCompression = .zstd,
        _ size: StreamBlockSize = .smallest
    ) -> StreamLayout {
        StreamLayout(cipher: cipher, compression: compression, blockSize: size)
    }

    /// Seals `content` in full blocks; an empty content is one empty message.
    static func seal(
        _ content: [UInt8], _ parameters: SealParameters, name: ObjectKey = Self.name,
        random: Randomness = .system, level: Int = 1
    ) throws -> [UInt8] {
        var encoder = try BlockEncoder(parameters.layout, level: level)
        let blocks = split(content, parameters.layout.blockSize.byteCount)
        let messages = try blocks.map { block in
            try octets(room: parameters.layout.dataByteCountMax) { try encoder.encode(block.span.bytes, into: &$0) }
        }
        return try seal(
            messages: messages, summary(blocks, parameters.digestKey, name: name), parameters, name: name,
            random: random)
    }

    /// Seals data that was encoded before.
    static func seal(
        messages: [[UInt8]], _ content: ContentSummary, _ parameters: SealParameters, name: ObjectKey = Self.name,
        random: Randomness = .system
    ) throws -> [UInt8] {
        var sealer = try StreamSealer(name: name, parameters: parameters, random: random)
        var object = try octets(room: StreamHeader.byteCountMax) { try sealer.writeHeader(into: &$0) }
        for (index, message) in messages.enumerated() {
            let room = StreamSealer.sealedByteCount(dataByteCount: message.count)
            object += try octets(room: room) {
                try sealer.seal(message.span.bytes, isFinal: index == messages.count - 1, into: &$0)
            }
        }
        object += try octets(room: StreamTrailer.byteCount) { try sealer.writeTrailer(content, into: &$0) }
        precondition(sealer.sealedByteCount == UInt64(object.count), "the sealer counts what it writes")
        return object
    }

    static func split(_ content: [UInt8], _ blockByteCount: Int) -> [[UInt8]] {
        guard !content.isEmpty else { return [[]] }
        return stride(from: 0, to: content.count, by: blockByteCount).map {
            Array(content[$0..<min($0 + blockByteCount, content.count)])
        }
    }

    static func summary(_ blocks: [[UInt8]], _ key: DigestKey?, name: ObjectKey = Self.name) -> ContentSummary {
        let hasher = LeafHasher(key)
        var digest = ContentDigest(key, name: name)
        for block in blocks { digest.append(hasher.hash(block.span.bytes)) }
        return digest.finish()
    }

    static func octets<E: Error>(room: Int, _ fill: (inout OutputRawSpan) throws(E) -> Void) throws(E) -> [UInt8] {
        var block = Block(capacity: max(room, 1))
        try block.append(fill)
        return block.withBytes { bytes in bytes.withUnsafeBytes { Array($0) } }
    }
}
