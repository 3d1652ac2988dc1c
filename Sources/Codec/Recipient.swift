import CSodium
import Format

/// To whom a stream is sealed: an X25519 public key. May be known to everybody.
package struct Recipient: Hashable, Sendable, CustomStringConvertible {
    let publicKey: [UInt8]

    private static let fingerprintDomain = Array("trunkline recipient v1".utf8)

    /// Reads "trunkline-recipient-…".
    package init(text: Span<UInt8>) throws(CodecError) {
        let publicKey = try KeyCheck.payload(of: text, .recipient)
        guard Self.isUsable(publicKey) else {
            throw CodecError(.badKey, "read", KeyText.Kind.recipient.noun, "nothing can be sealed to this public key")
        }
        self.publicKey = publicKey
    }

    package init(text: String) throws(CodecError) { try self.init(text: Array(text.utf8).span) }

    /// The public key of `secret`.
    init(secret: SecretBytes) {
        var publicKey = [UInt8](repeating: 0, count: Int(crypto_scalarmult_BYTES))
        let result = secret.withOctets { octets, _ in crypto_scalarmult_base(&publicKey, octets) }
        precondition(result == 0, "the base point has no small order")
        self.publicKey = publicKey
    }

    /// "trunkline-recipient-…".
    package var text: String { KeyCheck.text(.recipient, publicKey) }

    package var description: String { text }

    /// What a header's slot names the recipient by.
    var fingerprint: [UInt8] {
        let hash = Blake2b.hash(Self.fingerprintDomain + publicKey, outputByteCount: 16)
        return Array(hash.prefix(StreamHeader.fingerprintByteCount))
    }

    /// Refuses the few points of small order, with which the shared secret would be zero (RFC 7748, section 6.1).
    private static func isUsable(_ publicKey: [UInt8]) -> Bool {
        Sodium.prepare()
        let anyScalar = [UInt8](repeating: 1, count: Int(crypto_scalarmult_SCALARBYTES))
        var product = [UInt8](repeating: 0, count: Int(crypto_scalarmult_BYTES))
        return crypto_scalarmult(&product, anyScalar, publicKey) == 0
    }
}
