package import Format

/// Makes the block of the data of each message, as the stream's layout says. One for each thread that decompresses.
package struct BlockDecoder: ~Copyable, Sendable {
    private let blockByteCount: Int
    private var decompressor: ZstdDecompressor?

    package init(_ layout: StreamLayout) throws(CodecError) {
        blockByteCount = layout.blockSize.byteCount
        decompressor = layout.compression == .zstd ? try ZstdDecompressor() : nil
    }

    /// Appends the block to `output`, which needs room for `StreamBlockSize.byteCount`.
    ///
    /// A message that is not the last one must hold a full block; anything wrong is `badMessage`.
    package mutating func decode(
        _ data: RawSpan, of message: OpenedMessage, into output: inout OutputRawSpan
    ) throws(CodecError) {
        let count: Int
        if decompressor != nil {
            count = try decompressor?.decompress(data, limit: blockByteCount, into: &output) ?? 0
        } else {
            guard data.byteCount <= blockByteCount else {
                throw Self.damaged("the message holds \(data.byteCount) bytes, a block at most \(blockByteCount)")
            }
            try RawCopy.append(data, to: &output)
            count = data.byteCount
        }
        guard message.isFinal || count == blockByteCount else {
            throw Self.damaged("message \(message.sequence) holds \(count) bytes instead of \(blockByteCount)")
        }
    }

    private static func damaged(_ cause: String) -> CodecError {
        CodecError(.stream(.badMessage), "decode", "block", cause)
    }
}
