/// One line of a history file while it is read: a number, white space, a position, and free text.
struct TimelineHistoryLine {
    private var bytes: [UInt8]
    private let number: Int
    private var position = 0

    /// Throws when the line is longer than PostgreSQL would read in one go, or has a zero byte in it.
    init(_ bytes: Span<UInt8>, _ range: Range<Int>, number: Int) throws(FormatError) {
        guard range.count <= TimelineHistory.lineByteCountMax else {
            throw FormatError(
                .badValue, TimelineHistory.noun,
                "\(range.count) bytes, at most \(TimelineHistory.lineByteCountMax) are allowed", line: number)
        }
        self.bytes = range.map { bytes[$0] }
        self.number = number
        guard !self.bytes.contains(0) else { throw syntax("a zero byte") }
    }

    /// Nil for a blank line or a comment.
    mutating func ancestor() throws(FormatError) -> TimelineHistory.Ancestor? {
        skipSpace()
        guard position < bytes.count, bytes[position] != UInt8(ascii: "#") else { return nil }
        guard let timeline = decimal().flatMap(TimelineID.init(rawValue:)) else {
            throw syntax("expected a timeline number")
        }
        let afterTimeline = position
        skipSpace()
        guard position > afterTimeline, let high = hexadecimal(), take(UInt8(ascii: "/")), let low = hexadecimal()
        else { throw syntax("expected a switch point such as 16/B374D848") }
        skipSpace()
        while let last = bytes.last, bytes.count > position, Self.isSpace(last) {
            bytes.removeLast()
        }
        return TimelineHistory.Ancestor(
            timeline: timeline, switchPoint: LSN(rawValue: UInt64(high) << 32 | UInt64(low)),
            reason: String(decoding: bytes[position...], as: UTF8.self))
    }

    private mutating func skipSpace() {
        while position < bytes.count, Self.isSpace(bytes[position]) {
            position += 1
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func decimal() -> UInt32? {
        var value: UInt64 = 0
        let start = position
        while position < bytes.count, case UInt8(ascii: "0")...UInt8(ascii: "9") = bytes[position] {
            value = value * 10 + UInt64(bytes[position] - UInt8(ascii: "0"))
            guard value <= UInt64(UInt32.max) else { return nil }
            position += 1
        }
        return position > start ? UInt32(value) : nil
    }

    private mutating func hexadecimal() -> UInt32? {
        var value: UInt64 = 0
        let start = position
        while position < bytes.count, let digit = Hexadecimal.value(of: bytes[position], lowerCase: true) {
            value = value << 4 | UInt64(digit)
            guard value <= UInt64(UInt32.max) else { return nil }
            position += 1
        }
        return position > start ? UInt32(value) : nil
    }

    private func syntax(_ cause: String) -> FormatError {
        FormatError(.badValue, TimelineHistory.noun, cause, line: number)
    }

    /// C's `isspace` without the line feed, which ends the line.
    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || (0x09...0x0D).contains(byte)
    }
}
