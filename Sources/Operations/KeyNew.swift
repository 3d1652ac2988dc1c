internal import Codec
internal import Platform

/// `key new`: makes an identity.
package struct KeyNew: Sendable {
    /// Nil: the identity stands in its file as it is.
    package let passphrase: Passphrase?
    /// For the comment in the file; where nothing is said, now.
    private let time: UnixTime
    private let cost: LockedIdentity.Cost

    /// A new identity with the text of its file, which whoever takes it wipes.
    package struct Result: Sendable {
        /// Its key text.
        package let recipient: String
        package let file: [UInt8]
    }

    package init(passphrase: Passphrase?) {
        self.init(passphrase: passphrase, time: Clock.now(), cost: .standard)
    }

    /// Tests fix the time, and lock at a lower cost.
    init(passphrase: Passphrase?, time: UnixTime, cost: LockedIdentity.Cost) {
        self.passphrase = passphrase
        self.time = time
        self.cost = cost
    }

    /// Makes the identity, and writes nothing.
    package func make() throws(OperationError) -> Result {
        let identity = Identity.generate()
        let made = "made by trunkline at \(time.iso8601())"
        guard let passphrase else {
            return Result(
                recipient: identity.recipient.text, file: IdentityFile([.open(identity)]).print(comments: [made]))
        }
        let secret = try passphrase.choose()
        do throws(CodecError) {
            let locked = try secret.withSpan { (span) throws(CodecError) in
                try LockedIdentity(identity, passphrase: span, cost: cost)
            }
            let comments = [made, "protected by a passphrase", "recipient: \(identity.recipient.text)"]
            return Result(
                recipient: identity.recipient.text, file: IdentityFile([.locked(locked)]).print(comments: comments))
        } catch {
            throw OperationError(error)
        }
    }

    /// Makes the identity and its file, which must not exist; its owner alone can read it. Returns the recipient's key
    /// text.
    ///
    /// The name is tried before a person is asked for a passphrase, and again when the file is made.
    package func write(to path: String) throws(OperationError) -> String {
        if ((try? FileSystem.status(of: path, followLinks: false)) ?? nil) != nil {
            throw PrivateFile.exists(path, holding: "identity")
        }
        let result = try make()
        try PrivateFile.create(path, result.file, holding: "identity")
        return result.recipient
    }
}
