/// What a reader brings, and what it accepts.
package struct OpenParameters: Sendable {
    package let identities: [Identity]
    /// Checks the content digest of streams that were written with the same key.
    package let digestKey: DigestKey?
    /// Whose streams are accepted; empty accepts unsigned ones and every valid signature.
    package let signers: [Signer]
    /// Whether streams that are not encrypted are accepted. Whoever can write to a repository can make one, so a
    /// reader that expects encryption must not take them.
    package let acceptsUnencrypted: Bool
    /// Remembers slots that were opened, for readers of many streams that share a file key.
    let fileKeys: FileKeyCache?

    package init(
        identities: [Identity], digestKey: DigestKey? = nil, signers: [Signer] = [], acceptsUnencrypted: Bool = false,
        fileKeys: FileKeyCache? = nil
    ) {
        self.identities = identities
        self.digestKey = digestKey
        self.signers = signers
        self.acceptsUnencrypted = acceptsUnencrypted
        self.fileKeys = fileKeys
    }
}
