import Format

/// A header whose file key was found and whose code is right.
struct OpenedHeader: ~Copyable, Sendable {
    let header: StreamHeader
    let keys: StreamKeys

    /// Parses and checks a whole header.
    init(_ bytes: Span<UInt8>, _ parameters: OpenParameters) throws(StreamFormatError) {
        let header = try StreamHeader.parse(bytes)
        let keys = try Self.findKeys(header, parameters)
        let code = keys.code(of: header.encodeAuthenticated(), for: .headerCode)
        guard Sodium.areEqual(code, header.code) else {
            throw StreamFormatError(.headerForged, "the header's authentication code is wrong")
        }
        self.header = header
        self.keys = keys
    }

    /// The first slot of one of the identities that opens.
    private static func findKeys(
        _ header: StreamHeader, _ parameters: OpenParameters
    ) throws(StreamFormatError) -> StreamKeys {
        guard header.layout.cipher == .secretstream else {
            guard parameters.acceptsUnencrypted else {
                throw StreamFormatError(.notEncrypted, "the stream is not encrypted")
            }
            return StreamKeys(unencrypted: ())
        }
        var hasMatch = false
        for identity in parameters.identities {
            let fingerprint = identity.recipient.fingerprint
            for slot in header.slots where slot.fingerprint == fingerprint {
                hasMatch = true
                if let keys = keys(slot, identity, parameters.fileKeys) { return keys }
            }
        }
        guard hasMatch else {
            throw StreamFormatError(.noMatchingIdentity, "the stream is sealed to none of the identities at hand")
        }
        throw StreamFormatError(.headerForged, "the key slot of the identity does not open")
    }

    private static func keys(
        _ slot: StreamHeader.Slot, _ identity: Identity, _ cache: FileKeyCache?
    ) -> StreamKeys? {
        guard let cache else { return StreamKeys(sealedKey: slot.sealedKey, identity: identity) }
        return cache.keys(of: slot.sealedKey, identity)
    }
}
