/// The number `initdb` gives a cluster, written into `pg_control` and every WAL file; `pg_upgrade` makes a new one.
package struct SystemIdentifier: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: UInt64

    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// Reads decimal digits without sign or leading zeros, so that one number has one text.
    package init?(_ text: String) {
        guard let number = Decimal.number(text.utf8) else { return nil }
        rawValue = number
    }

    /// Decimal, as `pg_controldata` prints it.
    package var description: String { String(rawValue) }

    package static func < (left: SystemIdentifier, right: SystemIdentifier) -> Bool { left.rawValue < right.rawValue }
}
