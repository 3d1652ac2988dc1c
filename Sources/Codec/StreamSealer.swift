package import Format

/// Writes one sealed stream: the header, each message in its order, the trailer.
///
/// Compression happens before, on as many threads as there are (`BlockEncoder`); only sealing is in sequence. All
/// bytes go to the caller's buffers, nothing is kept. Every stream has at least one message; exactly the last one is
/// final.
package struct StreamSealer: ~Copyable, Sendable {
    private enum Progress { case headerDue, messages, trailerDue, done }

    private let parameters: SealParameters
    private let name: ObjectKey
    private let keys: StreamKeys
    private let header: StreamHeader
    private var cipher: MessageCipher
    private var tags: TagsDigest
    private var progress = Progress.headerDue
    /// Bytes of the object written so far. After the trailer: of all of it.
    package private(set) var sealedByteCount: UInt64 = 0
    /// The digest over all codes, once the trailer is written (`StreamReport.codesDigest`).
    package private(set) var codesDigest: [UInt8] = []

    /// A stream that opens under `name` only. Draws the file key from `random`, then an ephemeral key for each
    /// recipient, then the nonce: a recorded sequence gives the same stream again.
    package init(name: ObjectKey, parameters: SealParameters, random: Randomness = .system) throws(CodecError) {
        self.name = name
        self.parameters = parameters
        keys = parameters.layout.cipher == .none ? StreamKeys(unencrypted: ()) : StreamKeys(random: random)
        let slots = try Self.slots(parameters, keys, random)
        header = Self.makeHeader(parameters.layout, slots, keys, random)
        cipher = MessageCipher(layout: parameters.layout, keys: keys, nonce: header.nonce, name: name)
        tags = TagsDigest(header: header)
    }

    /// A stream under a file key that others have too: its header repeats the slots, with a nonce of its own, from
    /// which the cipher derives another key.
    package init(
        name: ObjectKey, parameters: SealParameters, sharing shared: SharedFileKey, random: Randomness = .system
    ) {
        self.name = name
        self.parameters = parameters
        keys = StreamKeys(copying: shared.keys)
        header = Self.makeHeader(parameters.layout, shared.slots, keys, random)
        cipher = MessageCipher(layout: parameters.layout, keys: keys, nonce: header.nonce, name: name)
        tags = TagsDigest(header: header)
    }

    /// Bytes that a message takes in the object, with its length in front.
    package static func sealedByteCount(dataByteCount: Int) -> Int {
        StreamMessage.prefixByteCount + StreamMessage.overheadByteCount + dataByteCount
    }

    /// Appends the header: first, once. At most `StreamHeader.byteCountMax` bytes.
    package mutating func writeHeader(into output: inout OutputRawSpan) throws(CodecError) {
        precondition(progress == .headerDue, "the header is written once, before everything else")
        try append(header.encode(), to: &output)
        progress = .messages
    }

    /// Appends the next message, of `sealedByteCount(dataByteCount:)` bytes. `data` comes from a `BlockEncoder` and
    /// must not overlap the output.
    package mutating func seal(
        _ data: RawSpan, isFinal: Bool, into output: inout OutputRawSpan
    ) throws(CodecError) {
        precondition(progress == .messages, "messages come after the header, and none after the final one")
        precondition(
            data.byteCount <= parameters.layout.dataByteCountMax, "data is at most as large as the layout says")
        let messageByteCount = data.byteCount + StreamMessage.overheadByteCount
        let total = StreamMessage.prefixByteCount + messageByteCount
        try data.withUnsafeBytes { (source) throws(CodecError) in
            try RawCopy.extend(&output, by: total) { (target) throws(CodecError) in
                target.storeBytes(of: UInt32(messageByteCount).littleEndian, as: UInt32.self)
                let message = UnsafeMutableRawBufferPointer(rebasing: target[StreamMessage.prefixByteCount...])
                cipher.seal(source, isFinal: isFinal, into: message)
                tags.append(UnsafeRawBufferPointer(message))
            }
        }
        sealedByteCount += UInt64(total)
        if isFinal { progress = .trailerDue }
    }

    /// Appends the trailer: last, once. `StreamTrailer.byteCount` bytes. `content` was made with the digest key of the
    /// parameters and the name of this stream.
    package mutating func writeTrailer(
        _ content: ContentSummary, into output: inout OutputRawSpan
    ) throws(CodecError) {
        precondition(progress == .trailerDue, "the trailer is written once, after the final message")
        precondition(
            content.digest?.keyFingerprint == parameters.digestKey?.fingerprint,
            "the content has the parameters' digest")
        var trailer = StreamTrailer(
            contentByteCount: content.byteCount, sealedByteCount: sealedByteCount, messageCount: cipher.sequence)
        if let keyed = content.digest {
            trailer.contentDigest = keyed.digest
            trailer.digestKeyFingerprint = keyed.keyFingerprint
        }
        codesDigest = takeTagsDigest()
        trailer.tagsDigest = codesDigest
        if let signingKey = parameters.signingKey {
            trailer.signer = signingKey.signer.publicKey
            trailer.signature = signingKey.sign(TrailerCodes.signedOctets(of: trailer, name: name))
        }
        trailer.code = TrailerCodes.code(of: trailer, keys: keys)
        trailer.checksum = TrailerCodes.checksum(of: trailer)
        try append(trailer.encode(), to: &output)
        progress = .done
    }

    private mutating func append(_ octets: [UInt8], to output: inout OutputRawSpan) throws(CodecError) {
        try RawCopy.append(octets.span.bytes, to: &output)
        sealedByteCount += UInt64(octets.count)
    }

    /// The digest is asked for once; what is left behind is never read.
    private mutating func takeTagsDigest() -> [UInt8] {
        var finished = TagsDigest(header: header)
        swap(&finished, &tags)
        return finished.finish(messageCount: cipher.sequence)
    }

    static func slots(
        _ parameters: SealParameters, _ keys: borrowing StreamKeys, _ random: Randomness
    ) throws(CodecError) -> [StreamHeader.Slot] {
        var slots: [StreamHeader.Slot] = []
        for recipient in parameters.recipients {
            guard let sealedKey = keys.seal(to: recipient, random: random) else {
                throw CodecError(.libraryFault, "seal", recipient.text, "nothing can be sealed to this public key")
            }
            slots.append(StreamHeader.Slot(fingerprint: recipient.fingerprint, sealedKey: sealedKey))
        }
        return slots
    }

    private static func makeHeader(
        _ layout: StreamLayout, _ slots: [StreamHeader.Slot], _ keys: borrowing StreamKeys, _ random: Randomness
    ) -> StreamHeader {
        let zeros = [UInt8](repeating: 0, count: StreamHeader.nonceByteCount)
        let nonce = layout.cipher == .none ? zeros : random.bytes(StreamHeader.nonceByteCount)
        let blank = [UInt8](repeating: 0, count: StreamHeader.codeByteCount)
        let open = StreamHeader(layout: layout, slots: slots, nonce: nonce, code: blank)
        let code = keys.code(of: open.encodeAuthenticated(), for: .headerCode)
        return StreamHeader(layout: layout, slots: slots, nonce: nonce, code: code)
    }
}
