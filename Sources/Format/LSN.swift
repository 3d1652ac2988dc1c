/// A log sequence number: a byte position in PostgreSQL's write-ahead log (`XLogRecPtr`, access/xlogdefs.h).
package struct LSN: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: UInt64

    /// PostgreSQL's `InvalidXLogRecPtr`: no position at all.
    package static let invalid = LSN(rawValue: 0)

    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// Reads PostgreSQL's text form, two hexadecimal numbers of one to eight digits: `16/B374D848`.
    ///
    /// Both cases are accepted, and leading zeros, as `pg_lsn_in` does (utils/adt/pg_lsn.c).
    package init?(_ text: String) {
        let halves = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard halves.count == 2, let high = Self.half(halves[0]), let low = Self.half(halves[1]) else { return nil }
        rawValue = UInt64(high) << 32 | UInt64(low)
    }

    /// PostgreSQL's text form without leading zeros, as its log messages and history files write it.
    package var description: String {
        String(rawValue >> 32, radix: 16, uppercase: true) + "/"
            + String(rawValue & 0xFFFF_FFFF, radix: 16, uppercase: true)
    }

    package static func < (left: LSN, right: LSN) -> Bool { left.rawValue < right.rawValue }

    private static func half(_ digits: Substring.UTF8View) -> UInt32? {
        guard (1...Hexadecimal.wordDigitCount).contains(digits.count) else { return nil }
        var value: UInt32 = 0
        for digit in digits {
            guard let digit = Hexadecimal.value(of: digit, lowerCase: true) else { return nil }
            value = value << 4 | digit
        }
        return value
    }
}
