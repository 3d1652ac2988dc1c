import Format

/// The digest over the authentication codes of the header and of all messages: what a signature covers the stream by.
struct TagsDigest: ~Copyable, Sendable {
    private var hash: Blake2b

    init(header: StreamHeader) {
        hash = Blake2b(outputByteCount: StreamTrailer.digestByteCount)
        hash.update(header.code)
    }

    /// Takes the code of the next sealed message, its last bytes.
    mutating func append(_ message: UnsafeRawBufferPointer) {
        hash.update(UnsafeRawBufferPointer(rebasing: message.suffix(StreamMessage.codeByteCount)))
    }

    consuming func finish(messageCount: UInt64) -> [UInt8] {
        hash.update(LittleEndian.octets(messageCount))
        return hash.finish()
    }
}
