import CSodium
import Format

/// Signs what a host writes: an Ed25519 key, kept as its seed of 32 bytes.
package struct SigningKey: Sendable, CustomStringConvertible {
    private let seed: SecretBytes
    /// Seed and public key together, the form that libsodium signs with.
    private let expanded: SecretBytes
    package let signer: Signer

    init(seed: SecretBytes) {
        precondition(seed.count == Int(crypto_sign_SEEDBYTES), "a signing key has 32 bytes")
        var publicKey = [UInt8](repeating: 0, count: Int(crypto_sign_PUBLICKEYBYTES))
        expanded = SecretBytes(count: Int(crypto_sign_SECRETKEYBYTES)) { target in
            let result = seed.withOctets { octets, _ in crypto_sign_seed_keypair(&publicKey, target, octets) }
            precondition(result == 0, "every seed has a key pair")
        }
        self.seed = seed
        signer = Signer(publicKey: publicKey)
    }

    /// Reads "trunkline-signing-key-…". The caller's text is the caller's to wipe.
    package init(text: Span<UInt8>) throws(CodecError) {
        var payload = try KeyCheck.payload(of: text, .signingKey)
        self.init(seed: SecretBytes(wiping: &payload))
    }

    /// Reads a key file: comments, and this one key.
    package init(file: Span<UInt8>) throws(CodecError) {
        self = try KeyFile.only(.signingKey, in: file) { (text) throws(CodecError) in try SigningKey(text: text) }
    }

    /// A new signing key.
    package static func generate(_ random: Randomness = .system) -> SigningKey {
        SigningKey(seed: random.secret(Int(crypto_sign_SEEDBYTES)))
    }

    /// "trunkline-signing-key-…": as secret as the key itself, for its file alone.
    package var secretText: String {
        var octets = seed.copy()
        defer { Sodium.wipe(&octets) }
        return KeyCheck.text(.signingKey, octets)
    }

    /// Names the key by its public half, which is no secret.
    package var description: String { "signing key of \(signer)" }

    /// The detached signature (64 bytes, RFC 8032).
    func sign(_ message: [UInt8]) -> [UInt8] {
        var signature = [UInt8](repeating: 0, count: Int(crypto_sign_BYTES))
        let result = expanded.withOctets { key, _ in
            crypto_sign_detached(&signature, nil, message, UInt64(message.count), key)
        }
        precondition(result == 0, "Ed25519 signs every message")
        return signature
    }
}
