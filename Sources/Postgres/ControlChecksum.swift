/// The checksum of `pg_control`: CRC-32C (Castagnoli), reflected, as PostgreSQL's `COMP_CRC32C` computes it
/// (port/pg_crc32c.h). One table and one byte at a time: for headers of some hundred bytes.
package enum ControlChecksum {
    /// The polynomial 0x1EDC6F41 with its bits reversed.
    private static let polynomial: UInt32 = 0x82F6_3B78

    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value >> 1 ^ (value & 1 == 0 ? 0 : polynomial) }
    }

    /// The checksum of the first `count` bytes; the caller has checked that they are there.
    package static func of(_ bytes: Span<UInt8>, count: Int) -> UInt32 {
        var value = UInt32.max
        for index in 0..<count {
            value = table[Int(UInt8(truncatingIfNeeded: value) ^ bytes[index])] ^ value >> 8
        }
        return ~value
    }
}
