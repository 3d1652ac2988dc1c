/// Integers in the byte order of every machine Trunkline supports and of everything it writes.
package enum LittleEndian {
    /// The caller has checked that the bytes are there; reading outside the span is a programming error and traps.
    package static func uint16(_ bytes: Span<UInt8>, at offset: Int) -> UInt16 {
        UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8
    }

    /// See `uint16(_:at:)`.
    package static func uint32(_ bytes: Span<UInt8>, at offset: Int) -> UInt32 {
        UInt32(uint16(bytes, at: offset)) | UInt32(uint16(bytes, at: offset + 2)) << 16
    }

    /// See `uint16(_:at:)`.
    package static func uint64(_ bytes: Span<UInt8>, at offset: Int) -> UInt64 {
        UInt64(uint32(bytes, at: offset)) | UInt64(uint32(bytes, at: offset + 4)) << 32
    }

    /// The bytes of `value`, lowest first.
    package static func octets(_ value: some FixedWidthInteger & UnsignedInteger) -> [UInt8] {
        (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}
