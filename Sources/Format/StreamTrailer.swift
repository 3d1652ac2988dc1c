/// The last 272 bytes of a sealed object (docs/FORMAT.md, "Trailer").
///
/// Its codes, digests and signature are made and compared in Codec; here they are octets at their places.
package struct StreamTrailer: Equatable, Sendable {
    package static let magic = Array("TRNKTAIL".utf8)
    package static let byteCount = 272
    package static let digestByteCount = 32
    package static let fingerprintByteCount = 16
    package static let signerByteCount = 32
    package static let signatureByteCount = 64
    package static let codeByteCount = 32
    /// Bytes of the trailer that the signature covers.
    package static let signedByteCount = 144
    /// Bytes of the trailer that its authentication code covers.
    package static let authenticatedByteCount = 208
    /// Bytes of the trailer that its checksum covers.
    package static let checkedByteCount = 240

    /// Bytes of content in all blocks together.
    package var contentByteCount: UInt64
    /// Bytes of the object before the trailer.
    package var sealedByteCount: UInt64
    package var messageCount: UInt64
    /// The keyed digest of the content, 32 bytes; zeros when there is no digest key.
    package var contentDigest: [UInt8]
    /// Which digest key, 16 bytes; zeros when there is none.
    package var digestKeyFingerprint: [UInt8]
    /// The digest over the header's code and those of all messages, 32 bytes.
    package var tagsDigest: [UInt8]
    /// The Ed25519 public key of the host that wrote the stream, 32 bytes; zeros when it did not sign.
    package var signer: [UInt8]
    /// The signature by `signer`, 64 bytes; zeros when there is none.
    package var signature: [UInt8]
    /// The authentication code over everything before it, 32 bytes.
    package var code: [UInt8]
    /// The unkeyed checksum over everything before it, 32 bytes.
    package var checksum: [UInt8]

    /// A trailer with its lengths; the other fields are zeros.
    package init(contentByteCount: UInt64, sealedByteCount: UInt64, messageCount: UInt64) {
        self.contentByteCount = contentByteCount
        self.sealedByteCount = sealedByteCount
        self.messageCount = messageCount
        contentDigest = Self.zeros(Self.digestByteCount)
        digestKeyFingerprint = Self.zeros(Self.fingerprintByteCount)
        tagsDigest = Self.zeros(Self.digestByteCount)
        signer = Self.zeros(Self.signerByteCount)
        signature = Self.zeros(Self.signatureByteCount)
        code = Self.zeros(Self.codeByteCount)
        checksum = Self.zeros(Self.digestByteCount)
    }

    /// Whether the writer had a digest key.
    package var hasDigest: Bool { !Self.isZero(digestKeyFingerprint) }
    /// Whether the writer signed.
    package var isSigned: Bool { !Self.isZero(signer) }

    /// Parses exactly `byteCount` bytes. The failure is always `badTrailer`.
    package static func parse(_ bytes: Span<UInt8>) throws(StreamFormatError) -> StreamTrailer {
        guard bytes.count == byteCount else {
            throw StreamFormatError(.badTrailer, "the trailer has \(bytes.count) bytes instead of \(byteCount)")
        }
        guard StreamFields.areEqual(bytes, at: 0, magic) else {
            throw StreamFormatError(.badTrailer, "the last \(byteCount) bytes are not a trailer")
        }
        var trailer = StreamTrailer(
            contentByteCount: StreamFields.unsigned64(bytes, at: 8),
            sealedByteCount: StreamFields.unsigned64(bytes, at: 16),
            messageCount: StreamFields.unsigned64(bytes, at: 24))
        trailer.contentDigest = StreamFields.octets(bytes, at: 32, count: digestByteCount)
        trailer.digestKeyFingerprint = StreamFields.octets(bytes, at: 64, count: fingerprintByteCount)
        trailer.tagsDigest = StreamFields.octets(bytes, at: 80, count: digestByteCount)
        trailer.signer = StreamFields.octets(bytes, at: 112, count: signerByteCount)
        trailer.signature = StreamFields.octets(bytes, at: 144, count: signatureByteCount)
        trailer.code = StreamFields.octets(bytes, at: 208, count: codeByteCount)
        trailer.checksum = StreamFields.octets(bytes, at: 240, count: digestByteCount)
        return trailer
    }

    /// Refuses a digest without the key that made it and a signature without its signer.
    ///
    /// Apart from `parse`, because damage is to be reported by the checksum first.
    package func checkEmptyFields() throws(StreamFormatError) {
        guard hasDigest || Self.isZero(contentDigest) else {
            throw StreamFormatError(.badTrailer, "the trailer has a digest of no key")
        }
        guard isSigned || Self.isZero(signature) else {
            throw StreamFormatError(.badTrailer, "the trailer has a signature of no key")
        }
    }

    /// All bytes of the trailer, as `parse` reads them. The parts that signature, code and checksum cover are prefixes
    /// of it.
    package func encode() -> [UInt8] {
        var bytes = Self.magic
        bytes += StreamFields.littleEndian(contentByteCount)
        bytes += StreamFields.littleEndian(sealedByteCount)
        bytes += StreamFields.littleEndian(messageCount)
        bytes += contentDigest + digestKeyFingerprint + tagsDigest
        bytes += signer + signature + code + checksum
        return bytes
    }

    private static func zeros(_ count: Int) -> [UInt8] { Array(repeating: 0, count: count) }

    private static func isZero(_ bytes: [UInt8]) -> Bool { bytes.allSatisfy { $0 == 0 } }
}
