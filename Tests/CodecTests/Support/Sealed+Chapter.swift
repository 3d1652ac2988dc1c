import Codec
import Format

extension Sealed {
    /// A stream under a file key that others have too, and what its sealer says of it.
    struct Chapter {
        let object: [UInt8]
        let codesDigest: [UInt8]

        init(
            _ content: [UInt8], _ parameters: SealParameters, name: ObjectKey, sharing shared: SharedFileKey,
            random: Randomness = .system
        ) throws {
            var encoder = try BlockEncoder(parameters.layout, level: 3)
            var sealer = StreamSealer(name: name, parameters: parameters, sharing: shared, random: random)
            var object = try octets(room: StreamHeader.byteCountMax) { try sealer.writeHeader(into: &$0) }
            let blocks = split(content, parameters.layout.blockSize.byteCount)
            for (index, block) in blocks.enumerated() {
                let data = try octets(room: parameters.layout.dataByteCountMax) {
                    try encoder.encode(block.span.bytes, into: &$0)
                }
                object += try octets(room: StreamSealer.sealedByteCount(dataByteCount: data.count)) {
                    try sealer.seal(data.span.bytes, isFinal: index == blocks.count - 1, into: &$0)
                }
            }
            let content = summary(blocks, parameters.digestKey, name: name)
            object += try octets(room: StreamTrailer.byteCount) { try sealer.writeTrailer(content, into: &$0) }
            self.object = object
            codesDigest = sealer.codesDigest
        }
    }
}
