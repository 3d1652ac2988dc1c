import CSodium
import Format

/// An identity under a passphrase: argon2id makes the key, `crypto_secretbox` holds the identity.
package struct LockedIdentity: Sendable {
    /// What unlocking costs, for the owner and for whoever tries passphrases.
    package struct Cost: Equatable, Sendable {
        /// Argon2id passes.
        package let passes: UInt8
        /// Argon2id memory, in KiB.
        package let memoryKiB: UInt32

        /// Three passes over 256 MiB, libsodium's `MODERATE`: about a second on one core, and 256 MiB for each guess
        /// that an attacker makes at the same time; still possible on a small host that has to restore.
        package static let standard = Cost(passes: 3, memoryKiB: 256 << 10)

        /// 1 GiB, libsodium's `SENSITIVE`: a file from elsewhere must not make this host run out of memory.
        package static let memoryKiBMax: UInt32 = 1 << 20
        /// Sixteen passes over the largest memory take under a minute: nor must it stop the host for hours.
        package static let passesMax: UInt8 = 16
        /// The smallest memory argon2id allows, 8 KiB.
        package static let memoryKiBMin: UInt32 = 8

        package init(passes: UInt8, memoryKiB: UInt32) {
            self.passes = passes
            self.memoryKiB = memoryKiB
        }

        var isAllowed: Bool {
            (1...Self.passesMax).contains(passes) && (Self.memoryKiBMin...Self.memoryKiBMax).contains(memoryKiB)
        }
    }

    private let fields: LockedIdentityFields

    /// Reads "trunkline-locked-identity-…", refusing costs out of bounds before anything is spent.
    package init(text: Span<UInt8>) throws(CodecError) {
        let payload = try KeyCheck.payload(of: text, .lockedIdentity)
        guard let fields = LockedIdentityFields.parse(payload.span) else {
            throw Self.error(
                .badKey, "the locked identity has an unknown version",
                hint: "A newer release of Trunkline may know it.")
        }
        self.fields = fields
        guard cost.isAllowed else {
            throw Self.error(
                .tooCostly,
                "unlocking asks for \(cost.passes) passes over \(cost.memoryKiB) KiB, allowed are "
                    + "1…\(Cost.passesMax) passes over \(Cost.memoryKiBMin)…\(Cost.memoryKiBMax) KiB")
        }
    }

    /// Locks `identity` under `passphrase`, which must not be empty.
    package init(
        _ identity: Identity, passphrase: Span<UInt8>, cost: Cost = .standard, random: Randomness = .system
    ) throws(CodecError) {
        guard !passphrase.isEmpty else { throw Self.error(.badParameter, "the passphrase is empty") }
        guard cost.isAllowed else { throw Self.error(.tooCostly, "the cost of locking is out of bounds") }
        let salt = random.bytes(LockedIdentityFields.saltByteCount)
        let nonce = random.bytes(LockedIdentityFields.nonceByteCount)
        let key = try Self.key(passphrase, salt: salt, cost: cost)
        var box = [UInt8](repeating: 0, count: LockedIdentityFields.boxByteCount)
        let result = identity.secret.withOctets { crypto_secretbox_easy(&box, $0, UInt64($1), nonce, key.octets) }
        precondition(result == 0, "libsodium refused the size of a secret box")
        fields = LockedIdentityFields(
            passes: cost.passes, memoryKiB: cost.memoryKiB, salt: salt, nonce: nonce, box: box)
    }

    /// Opens it. Takes as long and as much memory as `cost` says.
    package func unlock(passphrase: Span<UInt8>) throws(CodecError) -> Identity {
        guard !passphrase.isEmpty else { throw Self.error(.wrongPassphrase, "the passphrase is empty") }
        let key = try Self.key(passphrase, salt: fields.salt, cost: cost)
        let secret = try SecretBytes(count: Int(crypto_box_SECRETKEYBYTES)) { (target) throws(CodecError) in
            let result = crypto_secretbox_open_easy(
                target, fields.box, UInt64(fields.box.count), fields.nonce, key.octets)
            guard result == 0 else {
                throw Self.error(.wrongPassphrase, "the passphrase does not unlock it")
            }
        }
        return Identity(secret: secret)
    }

    package var cost: Cost { Cost(passes: fields.passes, memoryKiB: fields.memoryKiB) }

    /// "trunkline-locked-identity-…".
    package var text: String { KeyCheck.text(.lockedIdentity, fields.encode()) }

    private static func key(
        _ passphrase: Span<UInt8>, salt: [UInt8], cost: Cost
    ) throws(CodecError) -> OwnedMemory {
        Sodium.prepare()
        let key = OwnedMemory(byteCount: Int(crypto_secretbox_KEYBYTES))
        let result = passphrase.withUnsafeBytes { bytes in
            guard let address = bytes.baseAddress else { return Int32(-1) }
            return crypto_pwhash(
                key.octets, UInt64(crypto_secretbox_KEYBYTES), address.assumingMemoryBound(to: CChar.self),
                UInt64(bytes.count), salt, UInt64(cost.passes), Int(cost.memoryKiB) << 10,
                crypto_pwhash_ALG_ARGON2ID13)
        }
        guard result == 0 else {
            throw error(.tooCostly, "there is no memory for the \(cost.memoryKiB) KiB that the passphrase takes")
        }
        return key
    }

    private static func error(_ code: CodecError.Code, _ cause: String, hint: String? = nil) -> CodecError {
        CodecError(code, "unlock", KeyText.Kind.lockedIdentity.noun, cause, hint: hint)
    }
}
