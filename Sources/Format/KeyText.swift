/// A key as people copy it: a prefix that says what it is, then base32 of the key and a checksum.
///
/// Only the layout is known here; Codec makes and compares the checksum (docs/FORMAT.md, "Key texts").
package struct KeyText: Equatable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        /// X25519 public key: to whom a stream is sealed.
        case recipient = "trunkline-recipient-"
        /// X25519 secret key: opens what was sealed to its recipient.
        case identity = "trunkline-identity-"
        /// An identity under a passphrase.
        case lockedIdentity = "trunkline-locked-identity-"
        /// Ed25519 public key: whose signature is trusted.
        case signer = "trunkline-signer-"
        /// Ed25519 seed: signs what a host writes.
        case signingKey = "trunkline-signing-key-"
        /// Key of the content digests of one cluster.
        case digestKey = "trunkline-digest-key-"

        /// Bytes of the key, without the checksum.
        package var payloadByteCount: Int {
            switch self {
            case .recipient, .identity, .signer, .signingKey, .digestKey: 32
            case .lockedIdentity: LockedIdentityFields.byteCount
            }
        }

        /// Whether the text itself must not be shown or logged.
        package var isSecret: Bool {
            switch self {
            case .recipient, .signer: false
            case .identity, .lockedIdentity, .signingKey, .digestKey: true
            }
        }

        /// What people call it.
        package var noun: String {
            switch self {
            case .recipient: "recipient"
            case .identity: "identity"
            case .lockedIdentity: "locked identity"
            case .signer: "signer"
            case .signingKey: "signing key"
            case .digestKey: "digest key"
            }
        }

        /// The noun with its article.
        package var phrase: String { self == .identity ? "an \(noun)" : "a \(noun)" }
    }

    package static let checksumByteCount = 4

    package let kind: Kind
    package let payload: [UInt8]
    /// As found or to be written; not compared here.
    package let checksum: [UInt8]

    package init(kind: Kind, payload: [UInt8], checksum: [UInt8]) {
        precondition(
            payload.count == kind.payloadByteCount && checksum.count == Self.checksumByteCount,
            "a key text has two fields of fixed size")
        self.kind = kind
        self.payload = payload
        self.checksum = checksum
    }

    package var text: String { kind.rawValue + Base32.encode((payload + checksum).span) }

    /// Parses one key text without surrounding space. The error never repeats the text, which may be secret.
    package static func parse(_ text: Span<UInt8>) throws(KeyTextError) -> KeyText {
        guard let kind = Kind.allCases.first(where: { hasPrefix(text, $0.rawValue.utf8) }) else {
            throw .unknownKind
        }
        let prefixCount = kind.rawValue.utf8.count
        let byteCount = kind.payloadByteCount + checksumByteCount
        guard text.count - prefixCount == Base32.characterCount(byteCount: byteCount) else {
            throw .wrongLength(
                kind, characterCount: text.count,
                expected: prefixCount + Base32.characterCount(byteCount: byteCount))
        }
        guard let bytes = Base32.decode(text.extracting(prefixCount..<text.count)) else {
            throw .badCharacter(kind)
        }
        return KeyText(
            kind: kind, payload: Array(bytes[..<kind.payloadByteCount]),
            checksum: Array(bytes[kind.payloadByteCount...]))
    }

    /// No prefix is a prefix of another one, so the first match is the only one.
    private static func hasPrefix(_ text: Span<UInt8>, _ prefix: String.UTF8View) -> Bool {
        guard text.count >= prefix.count else { return false }
        for (index, byte) in prefix.enumerated() where text[index] != byte { return false }
        return true
    }
}

/// Why a text is not a key.
package enum KeyTextError: Error, Equatable, Sendable, CustomStringConvertible {
    /// It begins with none of the prefixes.
    case unknownKind
    case wrongLength(KeyText.Kind, characterCount: Int, expected: Int)
    /// A character outside a–z and 2–7, or a last character with bits that no key has.
    case badCharacter(KeyText.Kind)

    package var description: String {
        switch self {
        case .unknownKind:
            "the text does not begin as a key does (\"trunkline-recipient-\", \"trunkline-identity-\" …)"
        case .wrongLength(let kind, let characterCount, let expected):
            "\(kind.phrase) has \(expected) characters, this text has \(characterCount)"
        case .badCharacter(let kind):
            "the \(kind.noun) has a character that no key text has there"
        }
    }
}
