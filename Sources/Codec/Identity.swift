import CSodium
import Format

/// Opens what was sealed to its recipient: an X25519 secret key.
package struct Identity: Sendable, CustomStringConvertible {
    let secret: SecretBytes
    package let recipient: Recipient

    init(secret: SecretBytes) {
        precondition(secret.count == Int(crypto_box_SECRETKEYBYTES), "an identity has 32 bytes")
        self.secret = secret
        recipient = Recipient(secret: secret)
    }

    /// Reads "trunkline-identity-…". The caller's text is the caller's to wipe.
    package init(text: Span<UInt8>) throws(CodecError) {
        var payload = try KeyCheck.payload(of: text, .identity)
        self.init(secret: SecretBytes(wiping: &payload))
    }

    /// A new identity.
    package static func generate(_ random: Randomness = .system) -> Identity {
        Identity(secret: random.secret(Int(crypto_box_SECRETKEYBYTES)))
    }

    /// "trunkline-identity-…": as secret as the identity itself, for its file alone.
    package var secretText: String {
        var octets = secret.copy()
        defer { Sodium.wipe(&octets) }
        return KeyCheck.text(.identity, octets)
    }

    /// Names the identity by its recipient, which is no secret.
    package var description: String { "identity of \(recipient)" }
}
