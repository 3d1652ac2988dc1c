import Format

/// Makes the content digests of one cluster comparable: 32 secret bytes that its hosts share.
package struct DigestKey: Sendable, CustomStringConvertible {
    static let byteCount = 32
    private static let fingerprintDomain = Array("trunkline digest key v1".utf8)

    let secret: SecretBytes
    /// What a trailer names the key by.
    let fingerprint: [UInt8]

    init(secret: SecretBytes) {
        precondition(secret.count == Self.byteCount, "a digest key has 32 bytes")
        self.secret = secret
        var hash = Blake2b(outputByteCount: StreamTrailer.fingerprintByteCount)
        hash.update(Self.fingerprintDomain)
        secret.withOctets { hash.update(UnsafeRawBufferPointer(start: $0, count: $1)) }
        fingerprint = hash.finish()
    }

    /// Reads "trunkline-digest-key-…". The caller's text is the caller's to wipe.
    package init(text: Span<UInt8>) throws(CodecError) {
        var payload = try KeyCheck.payload(of: text, .digestKey)
        self.init(secret: SecretBytes(wiping: &payload))
    }

    /// Reads a key file: comments, and this one key.
    package init(file: Span<UInt8>) throws(CodecError) {
        self = try KeyFile.only(.digestKey, in: file) { (text) throws(CodecError) in try DigestKey(text: text) }
    }

    /// A new digest key.
    package static func generate(_ random: Randomness = .system) -> DigestKey {
        DigestKey(secret: random.secret(byteCount))
    }

    /// "trunkline-digest-key-…": as secret as the key itself, for its file alone.
    package var secretText: String {
        var octets = secret.copy()
        defer { Sodium.wipe(&octets) }
        return KeyCheck.text(.digestKey, octets)
    }

    /// Names the key by the start of its fingerprint, which trailers show anyway.
    package var description: String { "digest key \(Base32.encode(fingerprint.span).prefix(8))" }
}
