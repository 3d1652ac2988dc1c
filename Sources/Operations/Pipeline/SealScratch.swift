import Codec
package import Format
import Stream

/// What one member of the sealing gang owns: a block of content, the same block encoded, an encoder.
package final class SealScratch {
    var content: Block
    private var encoded: Block
    private var encoder: BlockEncoder?
    private let settings: SealSettings

    package init(_ settings: SealSettings) {
        self.settings = settings
        content = Block(capacity: settings.parameters.layout.blockSize.byteCount)
        encoded = Block(capacity: settings.parameters.layout.dataByteCountMax)
    }

    /// Bytes one member occupies.
    package static func byteCount(_ layout: StreamLayout, level: Int) -> Int {
        layout.blockSize.byteCount + layout.dataByteCountMax
            + ZstdCompressor.contextByteCountMax(blockByteCount: layout.blockSize.byteCount, level: level)
    }

    /// Encodes the content: what `withEncoded` then lends.
    func encode() throws(CodecError) {
        if encoder == nil {
            encoder = try BlockEncoder(settings.parameters.layout, level: settings.level, for: settings.kind)
        }
        encoded.truncate()
        try content.withBytes { (content) throws(CodecError) in
            try encoded.append { (output) throws(CodecError) in try encoder?.encode(content, into: &output) }
        }
    }

    func withEncoded<R, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
        try encoded.withBytes(body)
    }
}
