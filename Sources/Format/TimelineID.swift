/// The number of one timeline of a cluster's history, never 0 (`TimeLineID`, access/xlogdefs.h).
package struct TimelineID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: UInt32

    /// The timeline `initdb` starts; it has no history file.
    package static let first = TimelineID(unchecked: 1)

    /// Returns nil for 0, which PostgreSQL never uses.
    package init?(rawValue: UInt32) {
        guard rawValue != 0 else { return nil }
        self.rawValue = rawValue
    }

    /// Reads the eight upper-case hexadecimal digits of a file name.
    package init?(fileText: String) {
        guard let word = Hexadecimal.word(fileText.utf8) else { return nil }
        self.init(rawValue: word)
    }

    private init(unchecked rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Eight upper-case hexadecimal digits, as file names carry it: `0000000A`.
    package var fileText: String { Hexadecimal.text(rawValue) }

    /// Decimal, as PostgreSQL's messages and history files write it: `10`.
    package var description: String { String(rawValue) }

    package static func < (left: TimelineID, right: TimelineID) -> Bool { left.rawValue < right.rawValue }
}
