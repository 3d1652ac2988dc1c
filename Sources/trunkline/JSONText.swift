/// JSON (RFC 8259) put together in order: objects keep the order of their members, so that output is stable.
package indirect enum JSONText: Equatable, Sendable {
    case object([(name: String, value: JSONText)])
    case array([JSONText])
    case string(String)
    case number(Int64)
    /// Up to three decimals.
    case decimal(Double)
    case flag(Bool)
    case null

    /// Compact, on one line.
    package var text: String {
        switch self {
        case .object(let members):
            "{" + members.map { Self.quoted($0.name) + ":" + $0.value.text }.joined(separator: ",") + "}"
        case .array(let items): "[" + items.map(\.text).joined(separator: ",") + "]"
        case .string(let string): Self.quoted(string)
        case .number(let number): String(number)
        case .decimal(let number): Self.decimal(number)
        case .flag(let flag): flag ? "true" : "false"
        case .null: "null"
        }
    }

    package static func == (left: JSONText, right: JSONText) -> Bool { left.text == right.text }

    private static func decimal(_ number: Double) -> String {
        guard number.isFinite, abs(number) < 1e15 else { return "null" }
        let thousandths = Int64((number * 1000).rounded())
        return thousandths % 1000 == 0 ? String(thousandths / 1000) : String(Double(thousandths) / 1000)
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
