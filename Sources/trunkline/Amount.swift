/// Sizes, times and counts as a person reads them at a glance; `Quantity` is for those that are read back.
package enum Amount {
    private static let byteUnits = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]

    /// `0 B`, `812 KiB`, `1.4 GiB`, `23.7 GiB`, `512 GiB`: three digits at most where there is a fraction.
    package static func bytes(_ count: UInt64) -> String {
        var value = Double(count)
        var unit = 0
        // 999.5 would be shown as a thousand.
        while value >= 999.5, unit + 1 < byteUnits.count {
            value /= 1024
            unit += 1
        }
        return unit == 0 ? "\(count) B" : "\(number(value)) \(byteUnits[unit])"
    }

    /// `0.4 s`, `42 s`, `3 min 05 s`, `2 h 07 min`, `3 d 04 h`.
    package static func duration(_ seconds: Double) -> String {
        guard seconds >= 9.95 else { return "\(tenths(max(seconds, 0))) s" }
        let whole = Int(min(seconds.rounded(), Double(Int32.max)))
        switch whole {
        case ..<60: return "\(whole) s"
        case ..<3600: return "\(whole / 60) min \(twoDigits(whole % 60)) s"
        case ..<86_400: return "\(whole / 3600) h \(twoDigits(whole / 60 % 60)) min"
        default: return "\(whole / 86_400) d \(twoDigits(whole / 3600 % 24)) h"
        }
    }

    /// `43 %` of two counts; a part that is less than the whole is never 100 %, nor one that is something 0 %.
    package static func share(_ part: UInt64, of whole: UInt64) -> String {
        guard whole > 0 else { return "0 %" }
        let percent = Int((Double(part) / Double(whole) * 100).rounded())
        guard part < whole else { return "100 %" }
        return "\(min(max(percent, part == 0 ? 0 : 1), 99)) %"
    }

    /// `1 file`, `2 files`.
    package static func count(_ count: some BinaryInteger, _ noun: String) -> String {
        count == 1 ? "1 \(noun)" : "\(count) \(noun)s"
    }

    /// `2026-11-25 14:30:00Z` of `2026-11-25T14:30:00Z`.
    package static func time(_ iso8601: String) -> String { iso8601.replacing("T", with: " ", maxReplacements: 1) }

    /// At most one decimal, and none from a hundred on.
    private static func number(_ value: Double) -> String {
        value >= 99.95 ? String(Int(value.rounded())) : tenths(value)
    }

    private static func tenths(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
