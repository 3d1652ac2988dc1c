import Codec
import Format
import Platform

/// The keys a host works with, read from the files that the configuration names.
///
/// Writing needs recipients, the signing key and the digest key; reading needs identities. A push never touches an
/// identity unless it has to compare contents (`identities`).
struct HostKeys: Sendable {
    private let configuration: EncryptionConfiguration
    /// The cluster's; where the configuration names none, one that lives as long as this process, so that contents can
    /// still be compared by reading them.
    private let digestKey: DigestKey

    init(_ configuration: EncryptionConfiguration) throws(OperationError) {
        self.configuration = configuration
        let shared = try Self.key(configuration.digestKeyFile, "digest key") { (file) throws(CodecError) in
            try DigestKey(file: file)
        }
        digestKey = shared ?? .generate()
    }

    /// How this host seals what it writes.
    func sealParameters() throws(OperationError) -> SealParameters {
        let signingKey = try Self.key(configuration.signingKeyFile, "signing key") { (file) throws(CodecError) in
            try SigningKey(file: file)
        }
        do throws(CodecError) {
            var recipients: [Recipient] = []
            for text in configuration.recipients { recipients.append(try Recipient(text: text)) }
            let cipher: StreamCipher = configuration.mode == .none ? .none : .secretstream
            return try SealParameters(
                layout: StreamLayout(cipher: cipher, compression: .zstd, blockSize: .standard),
                recipients: recipients, signingKey: signingKey, digestKey: digestKey)
        } catch {
            throw OperationError(error)
        }
    }

    /// What this host needs and accepts when it reads. Asks for a passphrase only if an identity is locked.
    ///
    /// - Parameter asks: whether a person may be asked; where not, an identity that needs it is a failure.
    func openParameters(asks: Bool = true) throws(OperationError) -> OpenParameters {
        OpenParameters(
            identities: try identities(asks: asks), digestKey: digestKey, signers: try signers(),
            acceptsUnencrypted: configuration.mode == .none)
    }

    /// The hosts whose signatures count; empty for every good one.
    func signers() throws(OperationError) -> [Signer] {
        var signers: [Signer] = []
        do throws(CodecError) {
            for text in configuration.signers { signers.append(try Signer(text: text)) }
        } catch {
            throw OperationError(error)
        }
        return signers
    }

    private func identities(asks: Bool) throws(OperationError) -> [Identity] {
        var identities: [Identity] = []
        for path in configuration.identityFiles {
            var octets = try PrivateFile.read(path, limit: KeyFile.byteCountMax, holding: "identity")
            defer { PrivateFile.wipe(&octets) }
            do throws(CodecError) {
                let file = try IdentityFile.parse(octets.span)
                identities += try open(file, asks: asks)
            } catch {
                throw OperationError(error, object: path)
            }
        }
        return identities
    }

    /// Unlocks what is locked. Recovery has no terminal, so that a locked identity there needs `passphrase-file`.
    private func open(_ file: IdentityFile, asks: Bool) throws(CodecError) -> [Identity] {
        try file.identities { () throws(CodecError) in
            guard asks || configuration.passphraseFile != nil else {
                throw CodecError(.wrongPassphrase, "read", "identity", "it is locked, and nobody is to be asked")
            }
            let passphrase = configuration.passphraseFile.map(Passphrase.file) ?? .terminal
            do throws(OperationError) {
                return try passphrase.read()
            } catch {
                throw CodecError(.wrongPassphrase, error.operation, error.object, error.cause, hint: error.hint)
            }
        }
    }

    private static func key<Key>(
        _ path: String?, _ what: String, _ parse: (Span<UInt8>) throws(CodecError) -> Key
    ) throws(OperationError) -> Key? {
        guard let path else { return nil }
        var octets = try PrivateFile.read(path, limit: KeyFile.byteCountMax, holding: what)
        defer { PrivateFile.wipe(&octets) }
        do throws(CodecError) {
            return try parse(octets.span)
        } catch {
            throw OperationError(error, object: path)
        }
    }
}
