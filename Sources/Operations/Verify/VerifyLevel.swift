/// How thoroughly an object is checked; what is known at one level is known at those below it.
package enum VerifyLevel: UInt8, Comparable, Sendable, CaseIterable {
    /// Names, lengths, continuity, trailers with their checksums and signatures: all that shows without a key.
    case structure = 0
    /// Every byte was read, opened and compared.
    case content = 1

    package static func < (left: VerifyLevel, right: VerifyLevel) -> Bool { left.rawValue < right.rawValue }
}

/// When an object was found right, and how thoroughly it had been looked at.
package struct VerifyCheck: Equatable, Sendable {
    package let level: VerifyLevel
    /// Since 1970.
    package let milliseconds: Int64

    package init(level: VerifyLevel, milliseconds: Int64) {
        self.level = level
        self.milliseconds = milliseconds
    }
}
