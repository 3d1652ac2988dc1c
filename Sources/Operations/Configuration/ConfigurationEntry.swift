/// One key of the configuration file with its value, as the TOML parser hands it over: not yet judged.
///
/// Tables and arrays have an entry of their own, so that empty ones are seen too; what they hold follows them.
package struct ConfigurationEntry: Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        case table, array, string, integer, float, boolean, date
    }

    /// `["wal", "lookahead"]` for `lookahead` in `[wal]`.
    package let path: [String]
    package let kind: Kind
    /// The position within the array that `path` names, or nil.
    package let element: Int?
    /// Decoded text of a string, decimal digits of an integer, `true` or `false`; empty for tables and arrays.
    package let text: String
    /// Both from 1; 0 when unknown.
    package let line: Int
    package let column: Int

    package init(path: [String], kind: Kind, element: Int? = nil, text: String, line: Int, column: Int) {
        self.path = path
        self.kind = kind
        self.element = element
        self.text = text
        self.line = line
        self.column = column
    }
}

extension ConfigurationEntry.Kind {
    /// With its article, for messages: "expected a string, found an integer".
    var noun: String {
        switch self {
        case .table: "a table"
        case .array: "an array"
        case .string: "a string"
        case .integer: "an integer"
        case .float: "a fraction"
        case .boolean: "a boolean"
        case .date: "a date or time"
        }
    }
}
