internal import Platform

/// What a file, a directory or a server of PostgreSQL's is not, or does not agree with.
package struct PostgresError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The class of the failure. The set may grow, so callers keep a default.
    package enum Code: Sendable {
        /// The file does not begin with a WAL page header.
        case notWAL
        /// Written by a server whose machine has the other byte order.
        case foreignByteOrder
        /// The file is another cluster's, or this one's from before `pg_upgrade`.
        case wrongSystem
        /// The file is of a timeline that its name cannot have.
        case wrongTimeline
        /// The file's length, its header and the cluster do not agree on the segment size.
        case wrongSize
        /// The file holds another position of the WAL than its name says.
        case wrongPosition
        /// No `global/pg_control` where a data directory was expected.
        case notADataDirectory
        /// `pg_control` is not as its own checksum says.
        case damaged
        /// `pg_control` is of a PostgreSQL that is too old or too new.
        case unsupportedVersion
        /// The operating system refused; the cause says how.
        case unreadable
        /// libpq is not installed, or too old.
        case libraryMissing
        /// No connection came about.
        case unreachable
        /// The connection broke; what the server made of the last statement is not known.
        case disconnected
        /// The server reports an error; `sqlState` says which.
        case refused
        /// A statement was not done by its deadline, and has been cancelled.
        case timedOut
        /// Somebody asked for the end of the statement.
        case cancelled
        /// The server is not set up for what was asked, or not in the state that it takes.
        case notReady
        /// A backup label is not as PostgreSQL writes it.
        case badLabel
        /// A WAL summary is not as PostgreSQL writes it, or is gone.
        case badSummary
    }

    package let code: Code
    /// What was being done: `check WAL file`, `read`.
    package let operation: String
    /// A file name or path, or a server as `host:port/database`.
    package let object: String
    /// Lowercase, without a full stop, with both of the things that disagree.
    package let cause: String
    /// A sentence on what to do, when there is something to say.
    package let hint: String?
    /// The five characters of PostgreSQL's error code (appendix A of its manual); nil where no server said anything.
    package let sqlState: String?

    package init(
        _ code: Code, _ operation: String, _ object: String, _ cause: String, hint: String? = nil,
        sqlState: String? = nil
    ) {
        self.code = code
        self.operation = operation
        self.object = object
        self.cause = cause
        self.hint = hint
        self.sqlState = sqlState
    }

    package var description: String { "\(operation) \"\(object)\": \(cause)" }
}

extension PostgresError {
    init(_ error: PlatformError) {
        self.init(.unreadable, error.operation, error.object, "\(error.errno)")
    }

    /// Runs calls on the operating system, whose failures become `unreadable`.
    static func reading<Value>(_ body: () throws(PlatformError) -> Value) throws(PostgresError) -> Value {
        do {
            return try body()
        } catch {
            throw PostgresError(error)
        }
    }
}
