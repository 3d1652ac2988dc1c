/// The name of one backup, or of one version of an artifact: `20261125T143000Z-3f9a2c1d`.
///
/// The second of UTC in which it was begun, and eight random hexadecimal digits, because two may begin in one second.
/// One id has one text, and texts sort as the moments do.
package struct BackupID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Bytes of every id's text.
    package static let byteCount = timeByteCount + 1 + randomDigitCount
    /// Enough that two of one second meet once in four billion.
    package static let randomDigitCount = 8
    /// `20261125T143000Z`.
    private static let timeByteCount = 16

    private let text: String

    /// Reads exactly what `description` gives: a moment that exists, `T`, `Z`, a hyphen, lower-case digits.
    package init?(_ text: String) {
        let octets = Array(text.utf8)
        guard octets.count == Self.byteCount, Self.isMoment(octets[..<Self.timeByteCount]),
            octets[Self.timeByteCount] == UInt8(ascii: "-"),
            octets[(Self.timeByteCount + 1)...].allSatisfy(Self.isLowerCaseDigit)
        else { return nil }
        self.text = text
    }

    package var description: String { text }

    /// When it was begun, by the clock of the host that wrote it: `2026-11-25T14:30:00Z`.
    package var iso8601: String {
        let octets = Array(text.utf8)
        func field(_ range: Range<Int>) -> String { String(decoding: octets[range], as: UTF8.self) }
        return "\(field(0..<4))-\(field(4..<6))-\(field(6..<8))T\(field(9..<11)):\(field(11..<13)):\(field(13..<15))Z"
    }

    package static func < (left: BackupID, right: BackupID) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }

    private static func isLowerCaseDigit(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
        default: false
        }
    }

    /// Whether these are `YYYYMMDDTHHMMSSZ` of the Gregorian calendar. No second 60: a clock counts it as the next.
    private static func isMoment(_ octets: ArraySlice<UInt8>) -> Bool {
        let octets = Array(octets)
        func number(_ range: Range<Int>) -> Int? {
            var number = 0
            for octet in octets[range] {
                guard case UInt8(ascii: "0")...UInt8(ascii: "9") = octet else { return nil }
                number = number * 10 + Int(octet - UInt8(ascii: "0"))
            }
            return number
        }
        guard octets[8] == UInt8(ascii: "T"), octets[15] == UInt8(ascii: "Z"), let year = number(0..<4),
            let month = number(4..<6), let day = number(6..<8), let hour = number(9..<11), let minute = number(11..<13),
            let second = number(13..<15), (1...12).contains(month)
        else { return false }
        return (1...dayCount(year, month)).contains(day) && hour < 24 && minute < 60 && second < 60
    }

    private static func dayCount(_ year: Int, _ month: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
