package import Format

/// Why bytes could not be sealed or opened, or a key not be read.
package struct CodecError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Code: Equatable, Sendable {
        /// A sealed object was refused; the raw value of the failure is its class of docs/FORMAT.md.
        case stream(StreamFailure)
        /// The text is not a key: unknown prefix, wrong length, foreign character or wrong checksum (a typing error).
        case badKey
        /// The text is a key of another kind than the one that is needed.
        case wrongKindOfKey
        /// A key file holds no key, too many, or is too large.
        case badKeyFile
        /// The passphrase does not unlock the identity.
        case wrongPassphrase
        /// Unlocking would cost more memory or time than allowed, or more memory than there is.
        case tooCostly
        /// The caller asked for something that the format does not have (no recipient, say).
        case badParameter
        /// A C library refused work that it should have done.
        case libraryFault
    }

    package let code: Code
    /// What was tried: "open", "seal", "read".
    package let operation: String
    /// What it was tried on: the name of an object, or the kind of a key. Never a secret.
    package let object: String
    /// Lowercase, without a full stop.
    package let cause: String
    /// What to do about it: a sentence.
    package let hint: String?

    package init(_ code: Code, _ operation: String, _ object: String, _ cause: String, hint: String? = nil) {
        self.code = code
        self.operation = operation
        self.object = object
        self.cause = cause
        self.hint = hint
    }

    /// The failure class of a refused object; nil when this is not about an object.
    package var streamFailure: StreamFailure? {
        guard case .stream(let failure) = code else { return nil }
        return failure
    }

    package var description: String { "\(operation) \"\(object)\": \(cause)" }
}
