package import Format

/// How streams are sealed: the same for all objects that a host writes.
package struct SealParameters: Sendable {
    package let layout: StreamLayout
    /// To whom, each once; empty when the cipher is none.
    package let recipients: [Recipient]
    /// Signs every stream; nil leaves them unsigned.
    package let signingKey: SigningKey?
    /// Makes contents comparable without opening them; nil leaves the digest out.
    package let digestKey: DigestKey?

    /// Refuses (`badParameter`) an encrypted layout without recipients or with more than a header has slots for, and
    /// recipients for a layout that does not encrypt.
    package init(
        layout: StreamLayout, recipients: [Recipient], signingKey: SigningKey? = nil, digestKey: DigestKey? = nil
    ) throws(CodecError) {
        var distinct: [Recipient] = []
        for recipient in recipients where !distinct.contains(recipient) { distinct.append(recipient) }
        switch layout.cipher {
        case .none:
            guard distinct.isEmpty else {
                throw Self.error("recipients are named, but nothing is encrypted", hint: nil)
            }
        case .secretstream:
            guard !distinct.isEmpty else {
                throw Self.error(
                    "there is no recipient", hint: "Name at least one recipient, or switch encryption off explicitly.")
            }
            guard distinct.count <= StreamHeader.slotCountMax else {
                throw Self.error(
                    "there are \(distinct.count) recipients, at most \(StreamHeader.slotCountMax) are possible",
                    hint: nil)
            }
        }
        self.layout = layout
        self.recipients = distinct
        self.signingKey = signingKey
        self.digestKey = digestKey
    }

    private static func error(_ cause: String, hint: String?) -> CodecError {
        CodecError(.badParameter, "seal", "stream", cause, hint: hint)
    }
}
