internal import CPostgres
package import Platform

/// A connection to a PostgreSQL server, through libpq. One owner uses it, one thread at a time.
///
/// libpq is opened on first use. No time limit of the server's own applies to statements here: a backup waits for
/// checkpoints and archivers. A server that dies, or is restarted, gives an error.
package final class Connection {
    /// What messages call the server: `host:port/database`, without user and password.
    package let server: String
    /// `server_version_num`: 170004 for 17.4.
    package let serverVersion: Int
    /// Interrupts this connection.
    package let canceller: Canceller

    private var libpq: LibpqConnection?
    private let notices: NoticeSink

    /// Seconds for one attempt, unless `connect_timeout` or `PGCONNECT_TIMEOUT` says otherwise: libpq itself would wait
    /// for the kernel, which is minutes for a machine that is off.
    private static let connectSecondsDefault = 10
    /// Longest wait without a look at deadline and canceller, which bounds how late a request between two statements
    /// is noticed.
    private static let pollSecondsMax = 0.5
    /// For the server's answer to a cancelled statement; then the connection is given up.
    private static let cancelSecondsMax = 5.0

    /// Connects to what `info` says: a connection string or an address of libpq's; what it leaves open, the `PG*`
    /// variables and libpq's defaults decide.
    ///
    /// `notice` is given what the server remarks meanwhile, one line each. Throws `libraryMissing` or `unreachable`.
    package init(_ info: String = "", notice: @escaping (String) -> Void = { _ in }) throws(PostgresError) {
        let timeout = Process.environment["PGCONNECT_TIMEOUT"] == nil ? Self.connectSecondsDefault : nil
        guard let libpq = try LibpqConnection(info, timeoutSeconds: timeout) else {
            throw PostgresError(.unreachable, "connect to", "PostgreSQL", "out of memory")
        }
        server = Self.name(libpq)
        serverVersion = libpq.serverVersion
        notices = NoticeSink(notice)
        canceller = Canceller(libpq.isConnected ? libpq.makeCancel() : nil)
        guard libpq.isConnected else {
            throw PostgresError(
                .unreachable, "connect to", server, ServerText.line(libpq.failureText),
                hint: "Set connection in the configuration, or the PG* variables, to what psql would need.")
        }
        libpq.setNotices(to: notices)
        self.libpq = consume libpq
        try prepare()
    }

    /// The first number of the version: 17 for 17.4.
    package var serverMajor: Int { serverVersion / 10_000 }

    /// Ends the session; everything asked later throws `disconnected`.
    package func close() { libpq = nil }

    /// Runs one statement and returns all its rows.
    ///
    /// `operation` is what messages say was being done. Throws `refused`, `disconnected`, `cancelled`, or `timedOut`
    /// when `deadline` passed: the statement has then been cancelled, and the connection serves for others.
    @discardableResult
    package func query(
        _ sql: String, _ parameters: [String?] = [], as operation: String = "query", until deadline: Deadline = .never
    ) throws(PostgresError) -> QueryResult {
        var result = QueryResult()
        try run(sql, parameters, Course(operation, deadline), rowByRow: false) { result.rows.append($0) }
        return result
    }

    /// Runs one statement and hands over its rows as they come, without keeping them. Throws as `query` does, and what
    /// `body` throws, after which the statement is cancelled.
    package func forEachRow(
        _ sql: String, _ parameters: [String?] = [], as operation: String = "query", until deadline: Deadline = .never,
        _ body: (QueryRow) throws(PostgresError) -> Void
    ) throws(PostgresError) {
        try run(sql, parameters, Course(operation, deadline), rowByRow: true, body)
    }

    private static func name(_ libpq: borrowing LibpqConnection) -> String {
        guard let host = libpq.host, !host.isEmpty else { return "PostgreSQL" }
        let port = libpq.port.map { $0.isEmpty ? "" : ":\($0)" } ?? ""
        return "\(host)\(port)/\(libpq.database ?? "")"
    }
}

// MARK: - Running statements

extension Connection {
    /// One statement on its way.
    private struct Course {
        let operation: String
        let deadline: Deadline
        /// The first failure; what comes after it is only read to the end.
        var failure: PostgresError?
        /// Passes when the server has not even answered the request to cancel.
        var patience = Deadline.never

        init(_ operation: String, _ deadline: Deadline) {
            self.operation = operation
            self.deadline = deadline
        }
    }

    /// Takes back what could end or bend the statements of this session: time limits, of which later versions have
    /// more, and a search path that puts somebody's functions before the system's.
    private func prepare() throws(PostgresError) {
        let prepare = "prepare session on"
        try query("SELECT pg_catalog.set_config('search_path', 'pg_catalog', false)", as: prepare)
        try query(
            """
            SELECT set_config(name, '0', false) FROM pg_settings WHERE name IN ('statement_timeout', 'lock_timeout', \
            'idle_session_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')
            """, as: prepare)
    }

    private func run(
        _ sql: String, _ parameters: [String?], _ start: Course, rowByRow: Bool,
        _ body: (QueryRow) throws(PostgresError) -> Void
    ) throws(PostgresError) {
        var course = start
        guard !canceller.isRequested else { throw cancelled(course.operation) }
        guard libpq?.send(sql, parameters, rowByRow: rowByRow) ?? false else { throw lost(course.operation) }
        while true {
            try awaitResult(&course)
            guard let result = libpq?.next() else { break }
            do {
                try take(result, course, body)
            } catch {
                let isServers = error.code == .refused || error.code == .disconnected
                if course.failure == nil { abandon(&course, error, isServers: isServers) }
            }
        }
        if let failure = course.failure { throw failure }
    }

    /// Waits until the next result is there, watching deadline and canceller.
    private func awaitResult(_ course: inout Course) throws(PostgresError) {
        while libpq?.isBusy ?? false {
            let seconds = min(
                Self.pollSecondsMax, course.failure == nil ? course.deadline.remainingSeconds : .infinity)
            let milliseconds = Int32((seconds * 1000).rounded(.up))
            guard libpq?.wait(milliseconds: milliseconds) ?? false, libpq?.consume() ?? false else {
                throw course.failure ?? lost(course.operation)
            }
            if course.failure == nil, canceller.isRequested {
                abandon(&course, cancelled(course.operation), isServers: false)
            } else if course.failure == nil, course.deadline.hasPassed, libpq?.isBusy ?? false {
                abandon(&course, late(course.operation), isServers: false)
            }
            if course.patience.hasPassed, let failure = course.failure {
                close()
                throw failure
            }
        }
    }

    /// Keeps the failure and has the server end the statement, unless it has, for which `isServers` stands.
    private func abandon(_ course: inout Course, _ failure: PostgresError, isServers: Bool) {
        course.failure = failure
        guard !isServers else { return }
        course.patience = .after(seconds: Self.cancelSecondsMax)
        canceller.interrupt()
    }

    private func take(
        _ result: borrowing LibpqResult, _ course: Course, _ body: (QueryRow) throws(PostgresError) -> Void
    ) throws(PostgresError) {
        guard course.failure == nil else { return }
        switch result.kind {
        case CPOSTGRES_DONE: return
        case CPOSTGRES_ROW, CPOSTGRES_ROWS: for row in 0..<result.rowCount { try body(result.row(row)) }
        case CPOSTGRES_FAILED: throw refusal(result, course.operation)
        default:
            // COPY, which nothing here asks for, would have to be carried through.
            close()
            throw PostgresError(.refused, course.operation, server, "the statement is none that returns rows")
        }
    }
}

// MARK: - Failures

extension Connection {
    /// Severities with which a server ends the session.
    private static let lastWords: Set<String> = ["FATAL", "PANIC"]

    /// Error codes that callers, or hints, tell apart.
    private enum State {
        static let canceled = "57014"
        static let insufficientPrivilege = "42501"
    }

    private func refusal(_ result: borrowing LibpqResult, _ operation: String) -> PostgresError {
        // Without a code the words are libpq's: the connection broke while the statement ran.
        guard let state = result.field(CPOSTGRES_FIELD_STATE) else {
            return lost(operation, ServerText.line(result.failureText))
        }
        if state == State.canceled, canceller.isRequested { return cancelled(operation) }
        let message = ServerText.line(result.field(CPOSTGRES_FIELD_PRIMARY) ?? result.failureText)
        let detail = result.field(CPOSTGRES_FIELD_DETAIL).map { " (\(ServerText.line($0)))" } ?? ""
        let isLast = Self.lastWords.contains(result.field(CPOSTGRES_FIELD_SEVERITY) ?? "")
        return PostgresError(
            isLast ? .disconnected : .refused, operation, server, message + detail,
            hint: hint(result.field(CPOSTGRES_FIELD_HINT), state: state), sqlState: state)
    }

    private func hint(_ words: String?, state: String) -> String? {
        if let words { return ServerText.line(words) + "." }
        guard state == State.insufficientPrivilege else { return nil }
        return """
            Connect as a superuser, or grant the user pg_read_all_settings, pg_checkpoint and EXECUTE on the functions \
            of online backup.
            """
    }

    /// The connection is broken, or was closed.
    private func lost(_ operation: String, _ words: String? = nil) -> PostgresError {
        let cause = words ?? ServerText.line(libpq?.failureText ?? "")
        return PostgresError(
            .disconnected, operation, server, cause.isEmpty ? "the connection is closed" : cause,
            hint: "The server's log says whether it was restarted or ended the session.")
    }

    private func cancelled(_ operation: String) -> PostgresError {
        PostgresError(.cancelled, operation, server, "cancelled")
    }

    private func late(_ operation: String) -> PostgresError {
        PostgresError(.timedOut, operation, server, "not done by the deadline")
    }
}
