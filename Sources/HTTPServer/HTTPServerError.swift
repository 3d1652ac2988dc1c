package import Platform

/// Why a server does not serve.
package struct HTTPServerError: Error, Sendable, CustomStringConvertible {
    package enum Code: Equatable, Sendable {
        /// libmicrohttpd is not installed, or too old.
        case libraryMissing
        /// The kernel does not give the address.
        case refused(Errno)
    }

    package let code: Code
    package let operation = "serve on"
    package let address: ListenAddress
    /// Lowercase, no full stop.
    package let cause: String
    /// A sentence, or nil.
    package let hint: String?

    init(_ code: Code, _ address: ListenAddress, _ cause: String, hint: String? = nil) {
        self.code = code
        self.address = address
        self.cause = cause
        self.hint = hint
    }

    /// `serve on "127.0.0.1:9732": address already in use`
    package var description: String { "\(operation) \"\(address)\": \(cause)" }
}
