import Format

/// The messages of one stream, as far as they were opened, and what the trailer is compared with.
struct StreamBody: ~Copyable, Sendable {
    let layout: StreamLayout
    private let name: ObjectKey
    private let keys: StreamKeys
    private var cipher: MessageCipher
    private var tags: TagsDigest
    private var sealedByteCount: UInt64

    init(_ opened: consuming OpenedHeader, name: ObjectKey, headerByteCount: Int) {
        layout = opened.header.layout
        self.name = name
        cipher = MessageCipher(layout: layout, keys: opened.keys, nonce: opened.header.nonce, name: name)
        tags = TagsDigest(header: opened.header)
        sealedByteCount = UInt64(headerByteCount)
        keys = opened.keys
    }

    /// Opens the next message into `target`, which has exactly its data's length.
    mutating func open(
        _ message: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
    ) throws(StreamFormatError) -> OpenedMessage {
        let opened = try cipher.open(message, into: target)
        tags.append(message)
        sealedByteCount += UInt64(StreamMessage.prefixByteCount + message.count)
        return opened
    }

    /// Checks everything that the trailer says, in the order of docs/FORMAT.md.
    consuming func check(
        _ octets: [UInt8], _ content: ContentSummary, trusted signers: [Signer]
    ) throws(StreamFormatError) -> StreamReport {
        let trailer = try TrailerCodes.parse(octets.span)
        guard Sodium.areEqual(trailer.code, TrailerCodes.code(of: trailer, keys: keys)) else {
            throw StreamFormatError(.badTrailer, "the trailer's authentication code is wrong")
        }
        try Self.check("sealed bytes", trailer.sealedByteCount, sealedByteCount)
        try Self.check("messages", trailer.messageCount, cipher.sequence)
        try Self.check("bytes of content", trailer.contentByteCount, content.byteCount)
        guard Sodium.areEqual(trailer.tagsDigest, tags.finish(messageCount: cipher.sequence)) else {
            throw StreamFormatError(.badTrailer, "the trailer belongs to other messages")
        }
        let signer = try TrailerCodes.checkSignature(of: trailer, name: name, trusted: signers)
        let isDigestChecked = try Self.checkDigest(trailer, content)
        return StreamReport(
            contentByteCount: trailer.contentByteCount, signer: signer, isDigestChecked: isDigestChecked,
            codesDigest: trailer.tagsDigest)
    }

    /// Whether the digest was made with a key that the reader has; then it must be the same.
    private static func checkDigest(
        _ trailer: StreamTrailer, _ content: ContentSummary
    ) throws(StreamFormatError) -> Bool {
        guard let keyed = content.digest, keyed.keyFingerprint == trailer.digestKeyFingerprint else { return false }
        guard Sodium.areEqual(keyed.digest, trailer.contentDigest) else {
            throw StreamFormatError(.digestMismatch, "the content is not what its digest was made from")
        }
        return true
    }

    private static func check(_ noun: String, _ told: UInt64, _ counted: UInt64) throws(StreamFormatError) {
        guard told == counted else {
            throw StreamFormatError(.lengthMismatch, "the trailer tells \(told) \(noun), there are \(counted)")
        }
    }
}
