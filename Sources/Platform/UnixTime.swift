/// A moment of the wall clock, in UTC: seconds since 1970-01-01T00:00:00Z, leap seconds not counted.
package struct UnixTime: Sendable, Comparable, Hashable {
    /// Whole seconds since the epoch, rounded down.
    package let seconds: Int64
    /// 0..<1,000,000,000, counted forward from `seconds` also before 1970.
    package let nanoseconds: Int32

    /// `nanoseconds` must be in 0..<1,000,000,000.
    package init(seconds: Int64, nanoseconds: Int32 = 0) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// The earlier one is the smaller.
    package static func < (left: UnixTime, right: UnixTime) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }

    /// Seconds from `other` to this moment, negative when this is the earlier one.
    package func seconds(since other: UnixTime) -> Double {
        Double(seconds) - Double(other.seconds) + Double(nanoseconds - other.nanoseconds) / 1e9
    }

    /// `2026-11-21T02:00:00Z`; fractions are dropped, years outside 0000…9999 are shown as the nearest in range.
    package func iso8601() -> String {
        let time = CivilTime(self)
        return "\(time.date(separator: "-"))T\(time.clock(separator: ":"))Z"
    }

    /// `20261121T020000Z`, the form of AWS signatures; limits as for `iso8601`.
    package func basicISO() -> String {
        let time = CivilTime(self)
        return "\(time.date(separator: ""))T\(time.clock(separator: ""))Z"
    }

    /// Reads `2026-11-21T02:00:00Z`, with any number of decimals after the seconds (RFC 3339, zone Z only).
    package init?(iso8601 text: String) {
        guard let time = CivilTime(iso8601: text.utf8) else { return nil }
        self = time.unixTime
    }

    /// Reads the date of an HTTP header, `Sun, 06 Nov 1994 08:49:37 GMT` (IMF-fixdate, RFC 9110 section 5.6.7).
    package init?(httpDate text: String) {
        guard let time = CivilTime(httpDate: text.utf8) else { return nil }
        self = time.unixTime
    }
}
