/// How `pg_control` is laid out, by `PG_CONTROL_VERSION` of src/include/catalog/pg_control.h.
///
/// All fields read here have kept their offsets since version 1300: version 1700 put `wal_level` into padding of the
/// checkpoint, version 1800 put `default_char_signedness` before the nonce at the end and so moved the checksum.
struct ControlLayout {
    /// Bytes before the checksum, all of which it covers.
    let checksumOffset: Int
    /// The only major version with this layout; nil when several share it.
    let onlyMajor: Int?

    /// The checksum's last byte in the longest layout.
    static let byteCountMax = 296

    private static let layouts: [UInt32: ControlLayout] = [
        1300: ControlLayout(checksumOffset: 288, onlyMajor: nil),  // PostgreSQL 13 to 16.
        1700: ControlLayout(checksumOffset: 288, onlyMajor: 17),
        1800: ControlLayout(checksumOffset: 292, onlyMajor: 18),
    ]

    /// `CATALOG_VERSION_NO` of src/include/catalog/catversion.h, which never changes within a release.
    private static let majors: [UInt32: Int] = [
        202_007_201: 13, 202_107_181: 14, 202_209_061: 15, 202_307_071: 16, 202_406_281: 17, 202_506_291: 18,
    ]

    static func of(controlVersion: UInt32) -> ControlLayout? { layouts[controlVersion] }

    static func major(ofCatalog version: UInt32) -> Int? { majors[version] }
}
