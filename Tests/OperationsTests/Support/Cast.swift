import Codec
import Format
import Operations

/// The keys of the tests; drawn anew in each run, as nothing depends on which they are.
enum Cast {
    static let alice = Identity.generate()
    static let mallory = Identity.generate()
    static let host = SigningKey.generate()
    static let stranger = SigningKey.generate()
    static let digestKey = DigestKey.generate()
    static let otherDigestKey = DigestKey.generate()

    /// The smallest blocks, so that few bytes make many of them.
    static let layout = StreamLayout(cipher: .secretstream, compression: .zstd, blockSize: .smallest)

    static func sealing(
        to recipient: Recipient = alice.recipient, signingKey: SigningKey = host, digestKey: DigestKey? = digestKey
    ) throws -> SealParameters {
        try SealParameters(layout: layout, recipients: [recipient], signingKey: signingKey, digestKey: digestKey)
    }

    static func sealPipeline(
        _ parameters: SealParameters? = nil, threads: Int = 2, objects: Int = 2, partBytes: Int = 200_000
    ) throws -> SealPipeline {
        try SealPipeline(sealSettings(parameters, threads: threads, objects: objects, partBytes: partBytes))
    }

    static func sealSettings(
        _ parameters: SealParameters? = nil, threads: Int = 2, objects: Int = 2, partBytes: Int = 200_000
    ) throws -> SealSettings {
        SealSettings(
            parameters: try parameters ?? sealing(), level: 1, threads: threads, objects: objects,
            partBytes: partBytes)
    }

    static func openPipeline(
        _ identities: [Identity] = [alice], digestKey: DigestKey? = digestKey, threads: Int = 2, objects: Int = 2,
        readBytes: Int = 100_000
    ) throws -> OpenPipeline {
        let parameters = OpenParameters(identities: identities, digestKey: digestKey, signers: [host.signer])
        return try OpenPipeline(
            OpenSettings(
                parameters: parameters, threads: threads, objects: objects, readBytes: readBytes, readsAhead: 2))
    }
}
