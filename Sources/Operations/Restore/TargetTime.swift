package import Platform

/// A moment that somebody wants to restore: a date and a time with a zone, never without.
///
/// A server reads `recovery_target_time` in its own zone at the time of recovery, so what it is given is in UTC and
/// says so.
package struct TargetTime: Equatable, Sendable, CustomStringConvertible {
    /// To the microsecond, PostgreSQL's own resolution.
    package let moment: UnixTime

    package enum Problem: Error, Equatable, Sendable {
        /// This is no date and time.
        case notATime
        /// It has no zone; `example` is the same with the zone of this machine.
        case noZone(example: String)
        /// It has a zone that is not an offset from UTC.
        case unknownZone(String)
    }

    package init(moment: UnixTime) {
        let nanoseconds = moment.nanoseconds / 1000 * 1000
        self.moment = UnixTime(seconds: moment.seconds, nanoseconds: nanoseconds)
    }

    /// Reads `2026-11-25 14:30:00+01` and its like: a blank or `T` before the time, seconds and their fraction left out
    /// or not, a zone as `Z`, `UTC`, `+01`, `+0100` or `+01:00`, a blank before it or not.
    ///
    /// - Parameter localOffset: seconds east of UTC that the clocks of this machine show at a moment, for the example.
    package init(_ text: String, localOffset: (UnixTime) -> Int) throws(Problem) {
        var rest = text.utf8.drop { $0 == UInt8(ascii: " ") }
        while rest.last == UInt8(ascii: " ") { rest.removeLast() }
        let clock = rest.prefix { Self.isClock($0) }
        let (date, time) = try Self.split(rest, clock)
        guard let civil = UnixTime(iso8601: "\(date)T\(time)Z") else { throw .notATime }
        let zone = Self.text(rest.dropFirst(Self.clockByteCount(rest)).drop { $0 == UInt8(ascii: " ") })
        guard !zone.isEmpty else {
            let offset = localOffset(civil)
            throw .noZone(example: "\(date) \(time)\(Self.offsetText(offset))")
        }
        guard let offset = Self.offset(zone) else { throw .unknownZone(zone) }
        self.init(
            moment: UnixTime(seconds: civil.seconds - Int64(offset), nanoseconds: civil.nanoseconds))
    }

    /// `2026-11-25 13:30:00.000000+00`, which means the same to every server.
    package var description: String {
        let iso = moment.iso8601()
        let micros = String(moment.nanoseconds / 1000)
        let fraction = String(repeating: "0", count: 6 - micros.utf8.count) + micros
        return "\(iso.prefix(10)) \(iso.dropFirst(11).dropLast()).\(fraction)+00"
    }

    // MARK: - Parts

    private static func isClock(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: ":"), UInt8(ascii: "."): true
        default: false
        }
    }

    private static let dateByteCount = 10

    /// Bytes of the date, what parts it from the time, and the time.
    private static func clockByteCount(_ text: Substring.UTF8View) -> Int {
        let time = text.dropFirst(dateByteCount).dropFirst().prefix { isClock($0) && $0 != UInt8(ascii: "-") }
        return dateByteCount + 1 + time.count
    }

    private static func split(
        _ text: Substring.UTF8View, _ clock: Substring.UTF8View
    ) throws(Problem) -> (date: String, time: String) {
        let date = text.prefix(dateByteCount)
        let separator = text.dropFirst(dateByteCount).first
        guard clock.count == dateByteCount, let separator,
            separator == UInt8(ascii: " ") || separator == UInt8(ascii: "T") || separator == UInt8(ascii: "t")
        else { throw .notATime }
        var time = Self.text(text.prefix(clockByteCount(text)).dropFirst(dateByteCount + 1))
        // hh:mm
        if time.utf8.count == 5 { time += ":00" }
        return (Self.text(date), time)
    }

    private static func text(_ bytes: Substring.UTF8View) -> String { String(Substring(bytes)) }

    /// Seconds east of UTC; nil for what is no offset.
    private static func offset(_ zone: String) -> Int? {
        let upper = zone.uppercased()
        if ["Z", "UTC", "GMT"].contains(upper) { return 0 }
        let sign: Int
        switch upper.utf8.first {
        case UInt8(ascii: "+"): sign = 1
        case UInt8(ascii: "-"): sign = -1
        default: return nil
        }
        let digits = upper.dropFirst().filter { $0 != ":" }
        let plain = upper.dropFirst().utf8.allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: ":")
        }
        guard plain, let number = Int(digits) else { return nil }
        let (hours, minutes): (Int, Int)
        switch digits.utf8.count {
        case 1, 2: (hours, minutes) = (number, 0)
        case 4: (hours, minutes) = (number / 100, number % 100)
        default: return nil
        }
        // The zones of the world reach from -12 to +14; PostgreSQL takes up to 15:59.
        guard hours <= 15, minutes < 60 else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }

    private static func offsetText(_ seconds: Int) -> String {
        let minutes = abs(seconds) / 60
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(seconds < 0 ? "-" : "+")\(two(minutes / 60)):\(two(minutes % 60))"
    }
}
