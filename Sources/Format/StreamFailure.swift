/// Why a sealed object was refused: the failure classes of docs/FORMAT.md, "What a reader must reject".
///
/// The raw values are stable words: test vectors and scripts compare them.
package enum StreamFailure: String, Sendable, CaseIterable {
    /// The first bytes are not the magic of a sealed stream.
    case notAStream
    /// A sealed stream, of a version this reader does not know.
    case unsupportedVersion
    /// A header field has a value that its version does not allow.
    case badHeader
    /// The stream is not encrypted, and the reader was not told that this is acceptable.
    case notEncrypted
    /// None of the reader's identities has a slot in the header.
    case noMatchingIdentity
    /// The header's slot or authentication code does not belong to its file key.
    case headerForged
    /// A message has an impossible length, a wrong authentication code, an unknown tag or an invalid frame.
    case badMessage
    /// The first message does not open under the expected name: the object was renamed, or damaged there.
    case wrongNameOrDamaged
    /// The object ends before its trailer does.
    case truncated
    /// The object goes on after its trailer.
    case trailingBytes
    /// The trailer's magic, checksum, authentication code, empty fields or digest of tags is wrong.
    case badTrailer
    /// A length or count in the trailer differs from what was read.
    case lengthMismatch
    /// The content is not what the trailer's keyed digest was computed from.
    case digestMismatch
    /// The trailer names a signing key and carries a signature that is not of this key.
    case badSignature
    /// The stream is unsigned, or signed by a key that is not among the trusted ones.
    case untrustedSigner
}

/// A field of a sealed stream has a value it must not have.
package struct StreamFormatError: Error, Equatable, Sendable, CustomStringConvertible {
    package let failure: StreamFailure
    /// What was found, in words: lowercase, without a full stop.
    package let cause: String

    package init(_ failure: StreamFailure, _ cause: String) {
        self.failure = failure
        self.cause = cause
    }

    package var description: String { cause }
}
