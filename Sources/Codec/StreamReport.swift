/// What is known of a stream that was opened to its end and found right.
package struct StreamReport: Equatable, Sendable {
    package let contentByteCount: UInt64
    /// Who signed it; nil when nobody did. Trusted only if the reader named the signers it trusts.
    package let signer: Signer?
    /// Whether the content digest was compared: the reader has the key that it was made with.
    package let isDigestChecked: Bool
    /// The digest over the codes of the header and of all messages: whoever knows it beforehand can be given no other
    /// stream.
    package let codesDigest: [UInt8]
}
