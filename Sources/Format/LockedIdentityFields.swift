/// The payload of a locked identity: how the passphrase becomes a key, and the identity under that key.
package struct LockedIdentityFields: Equatable, Sendable {
    package static let version: UInt8 = 1
    package static let saltByteCount = 16
    package static let nonceByteCount = 24
    /// `crypto_secretbox` of 32 bytes.
    package static let boxByteCount = 48
    package static let byteCount = 1 + 1 + 4 + saltByteCount + nonceByteCount + boxByteCount

    /// Argon2id passes.
    package let passes: UInt8
    /// Argon2id memory, in KiB.
    package let memoryKiB: UInt32
    package let salt: [UInt8]
    package let nonce: [UInt8]
    package let box: [UInt8]

    package init(passes: UInt8, memoryKiB: UInt32, salt: [UInt8], nonce: [UInt8], box: [UInt8]) {
        precondition(
            salt.count == Self.saltByteCount && nonce.count == Self.nonceByteCount && box.count == Self.boxByteCount,
            "a locked identity has fields of fixed size")
        self.passes = passes
        self.memoryKiB = memoryKiB
        self.salt = salt
        self.nonce = nonce
        self.box = box
    }

    /// Returns nil when the payload has another length or version.
    package static func parse(_ payload: Span<UInt8>) -> LockedIdentityFields? {
        guard payload.count == byteCount, payload[0] == version else { return nil }
        let memory = StreamFields.octets(payload, at: 2, count: 4)
        return LockedIdentityFields(
            passes: payload[1],
            memoryKiB: memory.reversed().reduce(0) { $0 << 8 | UInt32($1) },
            salt: StreamFields.octets(payload, at: 6, count: saltByteCount),
            nonce: StreamFields.octets(payload, at: 22, count: nonceByteCount),
            box: StreamFields.octets(payload, at: 46, count: boxByteCount))
    }

    package func encode() -> [UInt8] {
        [Self.version, passes] + StreamFields.littleEndian(memoryKiB) + salt + nonce + box
    }
}
