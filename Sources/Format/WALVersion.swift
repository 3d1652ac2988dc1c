/// Which PostgreSQL wrote a WAL page: `XLOG_PAGE_MAGIC` of src/include/access/xlog_internal.h, by major version.
///
/// The number is fixed when a major version is released.
package enum WALVersion {
    private static let majors: [UInt16: Int] = [
        0xD106: 13,  // REL_13_STABLE
        0xD10D: 14,  // REL_14_STABLE
        0xD110: 15,  // REL_15_STABLE
        0xD113: 16,  // REL_16_STABLE
        0xD116: 17,  // REL_17_STABLE
        0xD118: 18,  // REL_18_STABLE
    ]

    /// The major versions Trunkline knows.
    package static let supportedMajors = 13...18

    /// Nil for a version that is not in the table.
    package static func major(ofMagic magic: UInt16) -> Int? { majors[magic] }

    /// Nil for a version that is not in the table.
    package static func magic(ofMajor major: Int) -> UInt16? { majors.first { $0.value == major }?.key }

    /// Every release since PostgreSQL 12 counts upwards within 0xD1xx; older ones are 0xD0xx.
    package static func isPlausible(magic: UInt16) -> Bool { magic & 0xFF00 == 0xD100 }
}
