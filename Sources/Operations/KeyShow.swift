internal import Codec

/// `key show`: what may be known to everybody about the keys of a file.
package struct KeyShow: Sendable {
    /// Asked for at most once per file, and only when an identity is protected.
    package let passphrase: Passphrase

    package init(passphrase: Passphrase) {
        self.passphrase = passphrase
    }

    /// Key texts: the recipients of an identity file in its order, or the signer of a signing key's file.
    package func run(_ path: String) throws(OperationError) -> [String] {
        var file = try PrivateFile.read(path, limit: KeyFile.byteCountMax, holding: "identity")
        defer { wipe(&file) }
        var stop: OperationError?
        do throws(CodecError) {
            let parsed: IdentityFile
            do throws(CodecError) {
                parsed = try IdentityFile.parse(file.span)
            } catch  where error.code == .wrongKindOfKey {
                return [try SigningKey(file: file.span).signer.text]
            }
            let identities = try parsed.identities { () throws(CodecError) in
                do throws(OperationError) {
                    return try passphrase.read()
                } catch {
                    stop = error
                    throw CodecError(.wrongPassphrase, "read", "passphrase", error.cause)
                }
            }
            return identities.map(\.recipient.text)
        } catch {
            throw stop ?? OperationError(error, object: path)
        }
    }

    private func wipe(_ octets: inout [UInt8]) {
        for index in octets.indices { octets[index] = 0 }
    }
}
