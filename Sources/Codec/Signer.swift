import CSodium
import Format

/// Whose signature is trusted: an Ed25519 public key. May be known to everybody.
package struct Signer: Hashable, Sendable, CustomStringConvertible {
    let publicKey: [UInt8]

    /// Reads "trunkline-signer-…".
    package init(text: Span<UInt8>) throws(CodecError) {
        let publicKey = try KeyCheck.payload(of: text, .signer)
        Sodium.prepare()
        guard crypto_core_ed25519_is_valid_point(publicKey) == 1 else {
            throw CodecError(.badKey, "read", KeyText.Kind.signer.noun, "no signature can be of this public key")
        }
        self.publicKey = publicKey
    }

    package init(text: String) throws(CodecError) { try self.init(text: Array(text.utf8).span) }

    /// Octets of a trailer: checked by use, a key that is no point verifies nothing.
    init(publicKey: [UInt8]) { self.publicKey = publicKey }

    /// "trunkline-signer-…".
    package var text: String { KeyCheck.text(.signer, publicKey) }

    package var description: String { text }

    /// Whether `signature` (64 bytes, RFC 8032) over `message` is of this key.
    func verify(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        Sodium.prepare()
        guard signature.count == Int(crypto_sign_BYTES) else { return false }
        return crypto_sign_verify_detached(signature, message, UInt64(message.count), publicKey) == 0
    }
}
