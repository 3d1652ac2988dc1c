/// Little-endian integers and runs of octets at fixed places of the stream's header and trailer.
///
/// Callers have compared the lengths before; a place outside the bytes is a fault of the parser and traps.
enum StreamFields {
    static func octets(_ bytes: Span<UInt8>, at offset: Int, count: Int) -> [UInt8] {
        var octets: [UInt8] = []
        octets.reserveCapacity(count)
        for index in offset..<offset + count { octets.append(bytes[index]) }
        return octets
    }

    static func unsigned16(_ bytes: Span<UInt8>, at offset: Int) -> UInt16 {
        UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8
    }

    static func unsigned64(_ bytes: Span<UInt8>, at offset: Int) -> UInt64 {
        var value: UInt64 = 0
        for index in (0..<8).reversed() { value = value << 8 | UInt64(bytes[offset + index]) }
        return value
    }

    static func littleEndian<Number: FixedWidthInteger & UnsignedInteger>(_ number: Number) -> [UInt8] {
        (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }

    static func areEqual(_ bytes: Span<UInt8>, at offset: Int, _ expected: [UInt8]) -> Bool {
        for index in expected.indices where bytes[offset + index] != expected[index] { return false }
        return true
    }
}
