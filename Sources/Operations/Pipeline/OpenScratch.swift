import Codec
package import Format
import Stream

/// What one member of the opening gang owns: the data of a message, the block it becomes, a decoder.
///
/// Made for blocks of the standard size; an object with larger blocks makes it grow, up to the format's largest.
package final class OpenScratch {
    var data: Block
    private var content: Block
    private var decoder: BlockDecoder?
    private var layout: StreamLayout?

    package init() {
        data = Block(capacity: 1)
        content = Block(capacity: 1)
    }

    /// Bytes one member occupies for streams of `layout`.
    package static func byteCount(_ layout: StreamLayout) -> Int {
        layout.dataByteCountMax + layout.blockSize.byteCount + decoderBytes
    }

    /// A zstd decompression context, which keeps no window of its own for single frames (zstd.h,
    /// ZSTD_estimateDCtxSize).
    private static let decoderBytes = 256 << 10

    /// Makes room for a stream of `layout`.
    func prepare(_ layout: StreamLayout) throws(CodecError) {
        guard layout != self.layout else { return }
        decoder = try BlockDecoder(layout)
        data = Block(capacity: layout.dataByteCountMax)
        content = Block(capacity: layout.blockSize.byteCount)
        self.layout = layout
    }

    /// Decodes the data of `message`: what `withContent` then lends.
    func decode(_ message: OpenedMessage) throws(CodecError) {
        content.truncate()
        try data.withBytes { (data) throws(CodecError) in
            try content.append { (output) throws(CodecError) in
                try decoder?.decode(data, of: message, into: &output)
            }
        }
    }

    func withContent<R, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
        try content.withBytes(body)
    }
}
