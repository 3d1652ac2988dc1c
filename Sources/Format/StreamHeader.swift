/// The plain header in front of the messages (docs/FORMAT.md, "Header").
package struct StreamHeader: Equatable, Sendable {
    /// The file key, sealed to one recipient.
    package struct Slot: Equatable, Sendable {
        /// Which recipient: the first 8 bytes of a hash of the public key.
        package let fingerprint: [UInt8]
        /// `crypto_box_seal` of the file key: 80 bytes.
        package let sealedKey: [UInt8]

        package init(fingerprint: [UInt8], sealedKey: [UInt8]) {
            precondition(
                fingerprint.count == StreamHeader.fingerprintByteCount
                    && sealedKey.count == StreamHeader.sealedKeyByteCount, "a slot has two fields of fixed size")
            self.fingerprint = fingerprint
            self.sealedKey = sealedKey
        }
    }

    package static let magic = Array("TRNKLINE".utf8)
    package static let version: UInt8 = 1
    /// Up to the slot count and the reserved field; tells how long the header is.
    package static let prefixByteCount = 16
    package static let fingerprintByteCount = 8
    package static let sealedKeyByteCount = 80
    package static let slotByteCount = fingerprintByteCount + sealedKeyByteCount
    /// A host, its operators and an escrow: sixteen is more than enough, and keeps the header below 2 KiB.
    package static let slotCountMax = 16
    package static let nonceByteCount = 24
    package static let codeByteCount = 32
    package static let byteCountMax = byteCount(slotCount: slotCountMax)

    package let layout: StreamLayout
    package let slots: [Slot]
    /// The header of `crypto_secretstream`, 24 bytes; zeros when the cipher is none.
    package let nonce: [UInt8]
    /// The authentication code over all bytes before it, 32 bytes. Made and compared in Codec.
    package let code: [UInt8]

    package init(layout: StreamLayout, slots: [Slot], nonce: [UInt8], code: [UInt8]) {
        precondition(
            nonce.count == Self.nonceByteCount && code.count == Self.codeByteCount, "a header's fields have fixed sizes"
        )
        self.layout = layout
        self.slots = slots
        self.nonce = nonce
        self.code = code
    }

    package static func byteCount(slotCount: Int) -> Int {
        prefixByteCount + slotCount * slotByteCount + nonceByteCount + codeByteCount
    }

    /// The length of the whole header, in bytes, from its first `prefixByteCount` bytes.
    ///
    /// Fewer bytes are an object that ends too early: `notAStream` if they already differ from the magic, else
    /// `truncated`.
    package static func byteCount(prefix: Span<UInt8>) throws(StreamFormatError) -> Int {
        byteCount(slotCount: try parsePrefix(prefix).slotCount)
    }

    /// Parses a header of exactly the length that `byteCount(prefix:)` told.
    package static func parse(_ bytes: Span<UInt8>) throws(StreamFormatError) -> StreamHeader {
        let (layout, slotCount) = try parsePrefix(bytes)
        guard bytes.count == byteCount(slotCount: slotCount) else {
            throw StreamFormatError(.truncated, "the header ends early")
        }
        var slots: [Slot] = []
        var offset = prefixByteCount
        for _ in 0..<slotCount {
            slots.append(
                Slot(
                    fingerprint: StreamFields.octets(bytes, at: offset, count: fingerprintByteCount),
                    sealedKey: StreamFields.octets(
                        bytes, at: offset + fingerprintByteCount, count: sealedKeyByteCount)))
            offset += slotByteCount
        }
        let nonce = StreamFields.octets(bytes, at: offset, count: nonceByteCount)
        guard layout.cipher != .none || nonce.allSatisfy({ $0 == 0 }) else {
            throw StreamFormatError(.badHeader, "an unencrypted stream has a nonce")
        }
        let code = StreamFields.octets(bytes, at: offset + nonceByteCount, count: codeByteCount)
        return StreamHeader(layout: layout, slots: slots, nonce: nonce, code: code)
    }

    /// All bytes of the header, as `parse` reads them.
    package func encode() -> [UInt8] { encodeAuthenticated() + code }

    /// The bytes that the authentication code covers: all but the code itself.
    package func encodeAuthenticated() -> [UInt8] {
        var bytes = Self.magic
        bytes += [Self.version, layout.cipher.rawValue, layout.compression.rawValue, layout.blockSize.exponent]
        bytes += StreamFields.littleEndian(UInt16(slots.count)) + [0, 0]
        for slot in slots { bytes += slot.fingerprint + slot.sealedKey }
        return bytes + nonce
    }

    private static func parsePrefix(
        _ bytes: Span<UInt8>
    ) throws(StreamFormatError) -> (layout: StreamLayout, slotCount: Int) {
        for index in 0..<min(bytes.count, magic.count) where bytes[index] != magic[index] {
            throw StreamFormatError(.notAStream, "the object does not begin as a sealed stream does")
        }
        guard bytes.count >= prefixByteCount else { throw StreamFormatError(.truncated, "the header ends early") }
        guard bytes[8] == version else {
            throw StreamFormatError(.unsupportedVersion, "the stream has version \(bytes[8]), known is \(version)")
        }
        let layout = try parseLayout(bytes)
        let slotCount = Int(StreamFields.unsigned16(bytes, at: 12))
        guard layout.cipher == .none ? slotCount == 0 : (1...slotCountMax).contains(slotCount) else {
            throw StreamFormatError(.badHeader, "the header counts \(slotCount) key slots")
        }
        guard StreamFields.unsigned16(bytes, at: 14) == 0 else {
            throw StreamFormatError(.badHeader, "the header's reserved bytes are not zero")
        }
        return (layout, slotCount)
    }

    private static func parseLayout(_ bytes: Span<UInt8>) throws(StreamFormatError) -> StreamLayout {
        guard let cipher = StreamCipher(rawValue: bytes[9]) else {
            throw StreamFormatError(.badHeader, "the header names the unknown cipher \(bytes[9])")
        }
        guard let compression = StreamCompression(rawValue: bytes[10]) else {
            throw StreamFormatError(.badHeader, "the header names the unknown compression \(bytes[10])")
        }
        guard let blockSize = StreamBlockSize(exponent: bytes[11]) else {
            throw StreamFormatError(.badHeader, "the header names blocks of 2^\(bytes[11]) bytes")
        }
        return StreamLayout(cipher: cipher, compression: compression, blockSize: blockSize)
    }
}
