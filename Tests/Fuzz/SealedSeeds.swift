import Codec
import Format
import Stream

/// Keys and sealed streams to begin with, the same in every process: a find must be one again tomorrow.
enum SealedSeeds {
    static let identity = Identity.generate(pattern(1))
    private static let digestKey = DigestKey.generate(pattern(2))
    private static let signingKey = SigningKey.generate(pattern(3))

    /// Each draw gives the same octets; nothing here is secret.
    private static func pattern(_ seed: Int) -> Randomness {
        Randomness { target in
            for index in target.indices { target[index] = UInt8(truncatingIfNeeded: seed &* 89 &+ index &* 31) }
        }
    }

    static let name: ObjectKey = {
        guard let name = ObjectKey("fuzz/object") else { preconditionFailure("a legal key") }
        return name
    }()

    static func layout(_ cipher: StreamCipher, _ compression: StreamCompression) -> StreamLayout {
        StreamLayout(cipher: cipher, compression: compression, blockSize: .smallest)
    }

    static func keyTexts() -> [String] {
        [
            identity.secretText, identity.recipient.text, digestKey.secretText, signingKey.secretText,
            signingKey.signer.text,
        ]
    }

    static func headers() throws -> [[UInt8]] {
        try objects().map { object in
            Array(object.prefix(try StreamHeader.byteCount(prefix: Array(object.prefix(16)).span)))
        }
    }

    static func trailers() throws -> [[UInt8]] {
        try objects().map { Array($0.suffix(StreamTrailer.byteCount)) }
    }

    /// Small objects of every layout.
    static func objects() throws -> [[UInt8]] {
        let content = Array("what goes in comes out ".utf8)
        return try StreamCipher.allCases.flatMap { cipher in
            try StreamCompression.allCases.map { compression in
                let layout = layout(cipher, compression)
                var encoder = try BlockEncoder(layout, level: 1)
                let data = try octets(room: layout.dataByteCountMax) {
                    try encoder.encode(content.span.bytes, into: &$0)
                }
                return try seal([data], content: content, layout, signed: true)
            }
        }
    }

    /// Seals data as it is, whether or not it is what the layout asks for, and promises `content` in the trailer.
    static func seal(
        _ messages: [[UInt8]], content: [UInt8], _ layout: StreamLayout, signed: Bool
    ) throws -> [UInt8] {
        let parameters = try SealParameters(
            layout: layout, recipients: layout.cipher == .none ? [] : [identity.recipient],
            signingKey: signed ? signingKey : nil, digestKey: nil)
        var sealer = try StreamSealer(name: name, parameters: parameters, random: pattern(4))
        var object = try octets(room: StreamHeader.byteCountMax) { try sealer.writeHeader(into: &$0) }
        for (index, message) in messages.enumerated() {
            object += try octets(room: StreamSealer.sealedByteCount(dataByteCount: message.count)) {
                try sealer.seal(message.span.bytes, isFinal: index == messages.count - 1, into: &$0)
            }
        }
        var digest = ContentDigest(nil, name: name)
        digest.append(LeafHasher(nil).hash(content.span.bytes))
        let summary = digest.finish()
        return object + (try octets(room: StreamTrailer.byteCount) { try sealer.writeTrailer(summary, into: &$0) })
    }

    static func octets<E: Error>(room: Int, _ fill: (inout OutputRawSpan) throws(E) -> Void) throws(E) -> [UInt8] {
        var block = Block(capacity: max(room, 1))
        try block.append(fill)
        return block.withBytes { bytes in bytes.withUnsafeBytes { Array($0) } }
    }
}
