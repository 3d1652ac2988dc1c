/// Which pack: the backup that wrote it and its number there, from 1.
package struct PackID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// A million packs of 32 MiB are more than one backup writes.
    package static let ordinals: ClosedRange<Int> = 1...999_999
    static let digitCount = 6

    package let backup: BackupID
    package let ordinal: Int

    /// Nil when `ordinal` is out of range.
    package init?(backup: BackupID, ordinal: Int) {
        guard Self.ordinals.contains(ordinal) else { return nil }
        self.backup = backup
        self.ordinal = ordinal
    }

    /// Reads the two last components of a pack's key.
    package init?(backup: String, ordinal: String) {
        guard let backup = BackupID(backup), ordinal.utf8.count == Self.digitCount,
            ordinal.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let number = Int(ordinal)
        else { return nil }
        self.init(backup: backup, ordinal: number)
    }

    /// `20261125T143000Z-3f9a2c1d/000001`
    package var description: String { "\(backup)/\(digits)" }

    /// The ordinal as the key has it.
    var digits: String {
        let digits = String(ordinal)
        return String(repeating: "0", count: Self.digitCount - digits.count) + digits
    }

    package static func < (left: PackID, right: PackID) -> Bool {
        (left.backup, left.ordinal) < (right.backup, right.ordinal)
    }
}
