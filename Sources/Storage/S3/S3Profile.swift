/// What a kind of server can do and wants, as far as Trunkline's requests depend on it.
package struct S3Profile: Sendable, Equatable {
    /// What of a request's body the signature covers.
    package enum Payload: String, Sendable, CaseIterable {
        /// `UNSIGNED-PAYLOAD`: TLS and the checksum guard the bytes, at no cost of a SHA-256 pass.
        case unsigned
        /// The body's SHA-256 is part of the signature.
        case signed
    }

    /// What is sent along with every body for the server to check.
    package enum Checksum: String, Sendable, CaseIterable { case crc32c, none }

    /// For PutObject and parts; documents of ours are treated alike.
    package var payload: Payload
    /// For PutObject and parts.
    package var checksum: Checksum
    /// `If-None-Match: *` on PutObject is obeyed; otherwise a look before the write takes its place.
    package var conditionalCreate: Bool
    /// The same on CompleteMultipartUpload.
    package var conditionalComplete: Bool
    /// All parts of an upload but the last must have one length.
    package var equalParts: Bool
    /// Bytes of the first parts of an upload.
    package var partBytes: Int

    /// 16 MiB: a thousand parts are 16 GB, and one connection sends it in a second or less.
    package static let partBytesDefault = 16 << 20

    /// A profile; what is left out is as AWS has it.
    package init(
        payload: Payload, checksum: Checksum = .crc32c, conditionalCreate: Bool = true,
        conditionalComplete: Bool = true,
        equalParts: Bool = false, partBytes: Int = S3Profile.partBytesDefault
    ) {
        self.payload = payload
        self.checksum = checksum
        self.conditionalCreate = conditionalCreate
        self.conditionalComplete = conditionalComplete
        self.equalParts = equalParts
        self.partBytes = partBytes
    }

    var capabilities: Capabilities {
        Capabilities(
            conditionalCreate: conditionalCreate, conditionalComplete: conditionalComplete,
            checksums: checksum == .crc32c, minimumPartBytes: S3Limit.partBytesMin, maximumParts: S3Limit.partCountMax,
            equalParts: equalParts, singlePutBytesMax: S3Limit.putBytesMax)
    }
}
