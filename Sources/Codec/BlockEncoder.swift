package import Format

/// Makes the data of a message of each block, as the stream's layout says. One for each thread that compresses.
package struct BlockEncoder: ~Copyable, Sendable {
    private let blockByteCount: Int
    private var compressor: ZstdCompressor?

    /// `level` is zstd's, and ignored when the layout does not compress.
    package init(
        _ layout: StreamLayout, level: Int, for kind: ZstdCompressor.Kind = .anything
    ) throws(CodecError) {
        blockByteCount = layout.blockSize.byteCount
        compressor = layout.compression == .zstd ? try ZstdCompressor(level: level, for: kind) : nil
    }

    /// Appends the data of `block` to `output`, which needs room for `StreamLayout.dataByteCountMax`.
    ///
    /// Every block but the last one of a stream is full.
    package mutating func encode(_ block: RawSpan, into output: inout OutputRawSpan) throws(CodecError) {
        precondition(block.byteCount <= blockByteCount, "a block is at most as large as the layout says")
        if compressor != nil {
            try compressor?.compress(block, into: &output)
        } else {
            try RawCopy.append(block, to: &output)
        }
    }
}
