/// Fixed-width upper-case hexadecimal numbers, as PostgreSQL's `%08X` writes them into file names.
enum Hexadecimal {
    /// Digits of one 32-bit word in a file name.
    static let wordDigitCount = 8

    /// The value of one digit; lower case only when `lowerCase` says so.
    static func value(of digit: UInt8, lowerCase: Bool = false) -> UInt32? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(digit - UInt8(ascii: "0"))
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(digit - UInt8(ascii: "A")) + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): lowerCase ? UInt32(digit - UInt8(ascii: "a")) + 10 : nil
        default: nil
        }
    }

    /// Exactly eight upper-case digits.
    static func word(_ digits: some Collection<UInt8>) -> UInt32? {
        guard digits.count == wordDigitCount else { return nil }
        var word: UInt32 = 0
        for digit in digits {
            guard let value = value(of: digit) else { return nil }
            word = word << 4 | value
        }
        return word
    }

    /// Eight upper-case digits.
    static func text(_ word: UInt32) -> String {
        let digits = String(word, radix: 16, uppercase: true)
        return String(repeating: "0", count: wordDigitCount - digits.utf8.count) + digits
    }
}
