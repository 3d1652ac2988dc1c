import Format

/// What protects a trailer: its checksum, its code under the file key, its signature.
enum TrailerCodes {
    private static let signatureDomain = Array("trunkline stream v1".utf8)

    /// Found by everybody, with no key: only accidents are excluded.
    static func checksum(of trailer: StreamTrailer) -> [UInt8] {
        let covered = Array(trailer.encode().prefix(StreamTrailer.checkedByteCount))
        return Blake2b.hash(covered, outputByteCount: StreamTrailer.digestByteCount)
    }

    static func code(of trailer: StreamTrailer, keys: borrowing StreamKeys) -> [UInt8] {
        keys.code(of: Array(trailer.encode().prefix(StreamTrailer.authenticatedByteCount)), for: .trailerCode)
    }

    /// What the signature is over: it binds the object's name, too.
    static func signedOctets(of trailer: StreamTrailer, name: ObjectKey) -> [UInt8] {
        let path = Array(name.path.utf8)
        return signatureDomain + LittleEndian.octets(UInt32(path.count)) + path
            + trailer.encode().prefix(StreamTrailer.signedByteCount)
    }

    /// Parses a trailer and checks what needs no key: magic, checksum, fields that must be empty together.
    static func parse(_ bytes: Span<UInt8>) throws(StreamFormatError) -> StreamTrailer {
        let trailer = try StreamTrailer.parse(bytes)
        guard Sodium.areEqual(trailer.checksum, checksum(of: trailer)) else {
            throw StreamFormatError(.badTrailer, "the trailer's checksum is wrong")
        }
        try trailer.checkEmptyFields()
        return trailer
    }

    /// Checks the signature if there is one, and who signed if only some are trusted.
    static func checkSignature(
        of trailer: StreamTrailer, name: ObjectKey, trusted signers: [Signer]
    ) throws(StreamFormatError) -> Signer? {
        guard trailer.isSigned else {
            guard signers.isEmpty else { throw StreamFormatError(.untrustedSigner, "the stream is not signed") }
            return nil
        }
        let signer = Signer(publicKey: trailer.signer)
        guard signer.verify(trailer.signature, of: signedOctets(of: trailer, name: name)) else {
            throw StreamFormatError(.badSignature, "the signature is not of the key that the trailer names")
        }
        guard signers.isEmpty || signers.contains(signer) else {
            throw StreamFormatError(.untrustedSigner, "the stream is signed by \(signer), which is not trusted")
        }
        return signer
    }
}
