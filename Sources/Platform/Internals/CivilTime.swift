/// A moment of UTC as people write it, in the proleptic Gregorian calendar.
struct CivilTime: Equatable {
    var year = 1970
    /// 1…12.
    var month = 1
    /// 1…31.
    var day = 1
    var hour = 0
    var minute = 0
    var second = 0
    var nanosecond: Int32 = 0

    private static let secondsPerDay: Int64 = 86_400
    /// 0000-01-01T00:00:00Z and 9999-12-31T23:59:59Z: what four digits can show.
    private static let secondsMin: Int64 = -62_167_219_200
    private static let secondsMax: Int64 = 253_402_300_799

    init(_ time: UnixTime) {
        let seconds = min(max(time.seconds, Self.secondsMin), Self.secondsMax)
        let days = seconds.flooredQuotient(by: Self.secondsPerDay)
        let rest = Int(seconds - days * Self.secondsPerDay)
        (year, month, day) = Self.date(daysSince1970: Int(days))
        (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60)
        nanosecond = time.nanoseconds
    }

    var unixTime: UnixTime {
        let days = Self.daysSince1970(year: year, month: month, day: day)
        let seconds = Int64(days) * Self.secondsPerDay + Int64(hour * 3600 + minute * 60 + second)
        return UnixTime(seconds: seconds, nanoseconds: nanosecond)
    }

    func date(separator: String) -> String {
        "\(padded(year, to: 4))\(separator)\(padded(month, to: 2))\(separator)\(padded(day, to: 2))"
    }

    func clock(separator: String) -> String {
        "\(padded(hour, to: 2))\(separator)\(padded(minute, to: 2))\(separator)\(padded(second, to: 2))"
    }

    private func padded(_ number: Int, to digits: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }
}

// MARK: - Calendar

extension CivilTime {
    /// Days of a year of 365 days before each month.
    private static let daysBeforeMonth = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]
    /// Days from 0000-01-01 to 1970-01-01.
    private static let daysBefore1970 = 719_528

    static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    static func dayCount(year: Int, month: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    static func daysSince1970(year: Int, month: Int, day: Int) -> Int {
        let leapDay = month > 2 && isLeap(year) ? 1 : 0
        return daysBefore(year: year) + daysBeforeMonth[month - 1] + leapDay + day - 1 - daysBefore1970
    }

    /// Days from 0000-01-01 to the first day of `year` (not negative); the year 0 is a leap year.
    private static func daysBefore(year: Int) -> Int {
        let leapYears = year == 0 ? 0 : (year - 1) / 4 - (year - 1) / 100 + (year - 1) / 400 + 1
        return year * 365 + leapYears
    }

    private static func date(daysSince1970 days: Int) -> (year: Int, month: Int, day: Int) {
        let days = days + daysBefore1970
        // 146,097 days are 400 years. The estimate is at most a year off, either way.
        var year = days * 400 / 146_097
        if daysBefore(year: year) > days { year -= 1 }
        if daysBefore(year: year + 1) <= days { year += 1 }
        var day = days - daysBefore(year: year) + 1
        var month = 1
        while day > dayCount(year: year, month: month) {
            day -= dayCount(year: year, month: month)
            month += 1
        }
        return (year, month, day)
    }
}

// MARK: - Reading

extension CivilTime {
    /// Whether every field is in its range. A leap second (`:60`) is taken and counted as the second after it.
    private var isValid: Bool {
        (1...12).contains(month) && day >= 1 && day <= Self.dayCount(year: year, month: month)
            && hour < 24 && minute < 60 && second <= 60
    }

    init?(iso8601 text: String.UTF8View) {
        var scan = DigitScanner(text)
        guard let year = scan.number(digits: 4), scan.skip("-"), let month = scan.number(digits: 2), scan.skip("-"),
            let day = scan.number(digits: 2), scan.skip("T"), scan.clock(into: &self), let fraction = scan.fraction(),
            scan.skip("Z"), scan.isAtEnd
        else { return nil }
        (self.year, self.month, self.day, nanosecond) = (year, month, day, fraction)
        guard isValid else { return nil }
    }

    init?(httpDate text: String.UTF8View) {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        var scan = DigitScanner(text)
        guard scan.word(of: weekdays) != nil, scan.skip(", "), let day = scan.number(digits: 2), scan.skip(" "),
            let month = scan.word(of: months), scan.skip(" "), let year = scan.number(digits: 4), scan.skip(" "),
            scan.clock(into: &self), scan.skip(" GMT"), scan.isAtEnd
        else { return nil }
        (self.year, self.month, self.day) = (year, month + 1, day)
        guard isValid else { return nil }
    }
}

/// Reads fixed-width fields from the front of a text.
private struct DigitScanner {
    private var rest: Substring.UTF8View

    init(_ text: String.UTF8View) {
        rest = text[...]
    }

    var isAtEnd: Bool { rest.isEmpty }

    /// Exactly `digits` decimal digits.
    mutating func number(digits: Int) -> Int? {
        let field = rest.prefix(digits)
        guard field.count == digits, field.allSatisfy({ (48...57).contains($0) }) else { return nil }
        rest = rest.dropFirst(digits)
        return field.reduce(0) { $0 * 10 + Int($1) - 48 }
    }

    mutating func skip(_ text: String) -> Bool {
        guard rest.starts(with: text.utf8) else { return false }
        rest = rest.dropFirst(text.utf8.count)
        return true
    }

    /// The position in `words` of the one that comes next.
    mutating func word(of words: [String]) -> Int? {
        words.firstIndex { skip($0) }
    }

    /// `hh:mm:ss`.
    mutating func clock(into time: inout CivilTime) -> Bool {
        guard let hour = number(digits: 2), skip(":"), let minute = number(digits: 2), skip(":"),
            let second = number(digits: 2)
        else { return false }
        (time.hour, time.minute, time.second) = (hour, minute, second)
        return true
    }

    /// Nothing, or a dot and digits, of which the first nine count.
    mutating func fraction() -> Int32? {
        guard skip(".") else { return 0 }
        var value: Int32 = 0
        var digits = 0
        while let digit = number(digits: 1) {
            if digits < 9 { value = value * 10 + Int32(digit) }
            digits += 1
        }
        guard digits > 0 else { return nil }
        for _ in min(digits, 9)..<9 { value *= 10 }
        return value
    }
}

extension Int64 {
    /// The quotient rounded towards negative infinity; `divisor` is positive.
    fileprivate func flooredQuotient(by divisor: Int64) -> Int64 {
        let (quotient, rest) = quotientAndRemainder(dividingBy: divisor)
        return rest < 0 ? quotient - 1 : quotient
    }
}
