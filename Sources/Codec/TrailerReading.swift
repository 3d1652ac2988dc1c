package import Format

/// A trailer read without opening its stream: "same content or not?" for one small range read and no identity.
///
/// What it says is protected against accidents by the checksum, and against somebody who can write to the repository
/// only by a trusted signature (`check`).
package struct TrailerReading: Equatable, Sendable {
    package enum Comparison: Equatable, Sendable {
        case same
        case different
        /// Made without a digest key, or with another one than the reader's: only the contents can tell.
        case unknownKey
    }

    package let contentByteCount: UInt64
    private let trailer: StreamTrailer

    /// Reads the last `StreamTrailer.byteCount` bytes of an object of `objectByteCount` bytes.
    ///
    /// Throws `badTrailer` for damage and for what is no sealed stream, `lengthMismatch` when the object has another
    /// length than the trailer tells (it was cut or extended in front), `badSignature` and `untrustedSigner` as
    /// `StreamOpener` does.
    package init(
        _ tail: Span<UInt8>, objectByteCount: UInt64, name: ObjectKey, signers: [Signer] = []
    ) throws(CodecError) {
        do throws(StreamFormatError) {
            trailer = try TrailerCodes.parse(tail)
            let (told, overflow) = trailer.sealedByteCount.addingReportingOverflow(UInt64(StreamTrailer.byteCount))
            guard !overflow, told == objectByteCount else {
                throw StreamFormatError(
                    .lengthMismatch,
                    "the trailer tells \(trailer.sealedByteCount) sealed bytes, the object has \(objectByteCount)"
                )
            }
            _ = try TrailerCodes.checkSignature(of: trailer, name: name, trusted: signers)
        } catch {
            throw CodecError(.stream(error.failure), "compare", name.path, error.cause, hint: error.failure.hint)
        }
        contentByteCount = trailer.contentByteCount
    }

    /// Compares with content that was digested under the name of the same object.
    package func compare(_ content: ContentSummary) -> Comparison {
        // Lengths are in the clear, and enough to tell that contents differ.
        guard content.byteCount == trailer.contentByteCount else { return .different }
        guard let keyed = content.digest, keyed.keyFingerprint == trailer.digestKeyFingerprint else {
            return .unknownKey
        }
        return Sodium.areEqual(keyed.digest, trailer.contentDigest) ? .same : .different
    }

    /// Compares the contents of two objects of the same name.
    package func compare(_ other: TrailerReading) -> Comparison {
        guard other.contentByteCount == trailer.contentByteCount else { return .different }
        // The very same sealing, as copies are.
        if other.trailer == trailer { return .same }
        guard trailer.hasDigest, other.trailer.digestKeyFingerprint == trailer.digestKeyFingerprint else {
            return .unknownKey
        }
        return Sodium.areEqual(other.trailer.contentDigest, trailer.contentDigest) ? .same : .different
    }
}
