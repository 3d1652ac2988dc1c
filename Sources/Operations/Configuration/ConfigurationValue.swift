/// The value of a key after its kind and its bounds have been checked.
package enum ConfigurationValue: Equatable, Sendable {
    case text(String)
    case flag(Bool)
    case number(Int)
    case bytes(Int)
    case seconds(Double)
    case list([String])

    /// As one would write it in the file, without quotes around text.
    package var text: String {
        switch self {
        case .text(let text): text
        case .flag(let flag): flag ? "true" : "false"
        case .number(let number): String(number)
        case .bytes(let bytes): Quantity.text(bytes: bytes)
        case .seconds(let seconds): Quantity.text(seconds: seconds)
        case .list(let items): "[" + items.map { "\"\($0)\"" }.joined(separator: ", ") + "]"
        }
    }
}
