import Codec
import Format

/// The keys of the tests, always the same.
enum Cast {
    static let alice = Identity.generate(Tape.seeded(1))
    static let bob = Identity.generate(Tape.seeded(2))
    static let mallory = Identity.generate(Tape.seeded(3))
    static let host = SigningKey.generate(Tape.seeded(4))
    static let stranger = SigningKey.generate(Tape.seeded(5))
    static let digestKey = DigestKey.generate(Tape.seeded(6))
    static let otherDigestKey = DigestKey.generate(Tape.seeded(7))

    static func sealing(
        _ layout: StreamLayout = Sealed.layout(), to recipients: [Recipient] = [alice.recipient],
        signingKey: SigningKey? = host, digestKey: DigestKey? = digestKey
    ) throws -> SealParameters {
        try SealParameters(
            layout: layout, recipients: layout.cipher == .none ? [] : recipients, signingKey: signingKey,
            digestKey: digestKey)
    }

    static func opening(
        _ identities: [Identity] = [alice], digestKey: DigestKey? = digestKey, signers: [Signer] = [host.signer],
        acceptsUnencrypted: Bool = false
    ) -> OpenParameters {
        OpenParameters(
            identities: identities, digestKey: digestKey, signers: signers, acceptsUnencrypted: acceptsUnencrypted)
    }
}
