import CSodium

/// The file key of one stream and the keys derived from it (docs/FORMAT.md, "Keys of a stream").
struct StreamKeys: ~Copyable, Sendable {
    static let byteCount = Int(crypto_kdf_KEYBYTES)

    /// What a derived key is for; the raw value is the id that `crypto_kdf_derive_from_key` takes.
    enum Purpose: UInt64 {
        case headerCode = 1
        case messages = 2
        case trailerCode = 3
        case plainMessages = 4
    }

    private static let context = Array("trnkline".utf8).map { CChar(bitPattern: $0) }

    private let fileKey: OwnedMemory

    init(random: Randomness) {
        Sodium.prepare()
        fileKey = OwnedMemory(byteCount: Self.byteCount)
        random.fill(fileKey.bytes)
    }

    /// The key of streams that are not encrypted: zeros, known to everybody.
    init(unencrypted: Void) {
        Sodium.prepare()
        fileKey = OwnedMemory(byteCount: Self.byteCount)
    }

    init(copying other: borrowing StreamKeys) {
        fileKey = OwnedMemory(byteCount: Self.byteCount)
        fileKey.bytes.copyMemory(from: UnsafeRawBufferPointer(other.fileKey.bytes))
    }

    /// Opens a slot; nil when it was not sealed to `identity` or is damaged.
    init?(sealedKey: [UInt8], identity: Identity) {
        Sodium.prepare()
        fileKey = OwnedMemory(byteCount: Self.byteCount)
        let target = fileKey.octets
        let result = identity.secret.withOctets { secret, _ in
            crypto_box_seal_open(
                target, sealedKey, UInt64(sealedKey.count), identity.recipient.publicKey, secret)
        }
        guard result == 0 else { return nil }
    }

    /// The file key sealed to `recipient`: what `crypto_box_seal` writes, with the ephemeral key drawn from `random`.
    ///
    /// The ephemeral public key, then `crypto_box` under the nonce BLAKE2b-192(ephemeral ‖ recipient).
    func seal(to recipient: Recipient, random: Randomness) -> [UInt8]? {
        let ephemeralSecret = OwnedMemory(byteCount: Int(crypto_box_SECRETKEYBYTES))
        random.fill(ephemeralSecret.bytes)
        var sealed = [UInt8](repeating: 0, count: Int(crypto_box_PUBLICKEYBYTES))
        guard crypto_scalarmult_base(&sealed, ephemeralSecret.octets) == 0 else { return nil }
        let nonce = Blake2b.hash(
            sealed + recipient.publicKey, outputByteCount: Int(crypto_box_NONCEBYTES))
        var box = [UInt8](repeating: 0, count: Self.byteCount + Int(crypto_box_MACBYTES))
        let result = crypto_box_easy(
            &box, fileKey.octets, UInt64(Self.byteCount), nonce, recipient.publicKey, ephemeralSecret.octets)
        return result == 0 ? sealed + box : nil
    }

    func key(for purpose: Purpose) -> OwnedMemory {
        let key = OwnedMemory(byteCount: Self.byteCount)
        let result = crypto_kdf_derive_from_key(
            key.octets, Self.byteCount, purpose.rawValue, Self.context, fileKey.octets)
        precondition(result == 0, "libsodium refused the size of a derived key")
        return key
    }

    /// The authentication code of `octets` under one of the derived keys.
    func code(of octets: [UInt8], for purpose: Purpose) -> [UInt8] {
        let key = key(for: purpose)
        return Blake2b.hash(
            octets, outputByteCount: Int(crypto_generichash_BYTES), key: UnsafeRawBufferPointer(key.bytes))
    }
}
