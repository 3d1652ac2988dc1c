/// What is wrong with a name, a number or a file that Format was asked to read.
///
/// Format never traps on input and never guesses: whatever is not exactly as its rules say is one of these.
package struct FormatError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The class of the failure. The set may grow, so callers keep a default.
    package enum Code: Sendable {
        /// The bytes end before the structure does.
        case tooShort
        /// The bytes are more than a named bound allows.
        case tooLong
        /// The bytes are no such structure at all.
        case notRecognised
        /// The structure is there, but written by a machine of the other byte order.
        case foreignByteOrder
        /// A field has a value that its rules forbid.
        case badValue
        /// A checksum does not agree with the bytes before it.
        case badChecksum
    }

    package let code: Code
    /// What was read, a noun with its article left out: `WAL page header`, `timeline history`.
    package let object: String
    /// Lowercase, without a full stop, with the numbers in it.
    package let cause: String
    /// The line the failure is in, counted from 1; nil for binary structures.
    package let line: Int?

    package init(_ code: Code, _ object: String, _ cause: String, line: Int? = nil) {
        self.code = code
        self.object = object
        self.cause = cause
        self.line = line
    }

    package var description: String {
        guard let line else { return "\(object): \(cause)" }
        return "\(object), line \(line): \(cause)"
    }
}
