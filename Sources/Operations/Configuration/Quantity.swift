/// Sizes and durations as people write them.
package enum Quantity {
    /// Longer text is not a number with a unit.
    private static let characterCountMax = 24

    /// Largest first, so that the first exact one is the shortest text.
    private static let byteUnits: [(name: String, factor: Int)] = [
        ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10),
        ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000), ("B", 1),
    ]

    private static let secondUnits: [(name: String, factor: Double)] = [
        ("d", 86_400), ("h", 3600), ("min", 60), ("ms", 0.001), ("s", 1),
    ]

    /// Bytes of "8MiB", "64 kB" or "4096"; nil when it is anything else or does not fit.
    package static func bytes(_ text: String) -> Int? {
        guard let (digits, unit) = parts(text), let number = Int(digits) else { return nil }
        guard let factor = unit.isEmpty ? 1 : byteUnits.first(where: { $0.name == unit })?.factor else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: factor)
        return overflow ? nil : product
    }

    /// Seconds of "30s", "5 min", "250ms", "1.5h" or "600"; nil when it is anything else.
    package static func seconds(_ text: String) -> Double? {
        guard let (digits, unit) = parts(text), let number = Double(digits), number.isFinite else { return nil }
        guard let factor = unit.isEmpty ? 1 : secondUnits.first(where: { $0.name == unit })?.factor else { return nil }
        return number * factor
    }

    package static func text(bytes: Int) -> String {
        guard bytes > 0, let unit = byteUnits.prefix(4).first(where: { bytes % $0.factor == 0 }) else {
            return "\(bytes)B"
        }
        return "\(bytes / unit.factor)\(unit.name)"
    }

    package static func text(seconds: Double) -> String {
        let whole = Int(seconds)
        guard Double(whole) == seconds else { return "\(seconds)s" }
        guard whole > 0, let unit = secondUnits.prefix(3).first(where: { whole % Int($0.factor) == 0 }) else {
            return "\(whole)s"
        }
        return "\(whole / Int(unit.factor))\(unit.name)"
    }

    /// "5 min" as "5" and "min": digits with at most one point, then letters.
    private static func parts(_ text: String) -> (digits: String, unit: String)? {
        guard text.utf8.count <= characterCountMax else { return nil }
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let unit = text.dropFirst(digits.count).drop { $0 == " " }
        guard digits.first?.isNumber == true, digits.last?.isNumber == true else { return nil }
        guard unit.allSatisfy({ $0.isASCII && $0.isLetter }) else { return nil }
        return (String(digits), String(unit))
    }
}
