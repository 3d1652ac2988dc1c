internal import Format
internal import Platform

/// The one row of an answer, with its columns as what they should be; anything else is a `notReady`.
struct AnswerRow {
    let row: QueryRow
    let operation: String
    let server: String

    func text(_ column: Int) throws(PostgresError) -> String { try value(row[column], column) }

    func number<Number: FixedWidthInteger>(_ column: Int) throws(PostgresError) -> Number {
        try value(Number(text(column)), column)
    }

    func flag(_ column: Int) throws(PostgresError) -> Bool {
        let text = try text(column)
        return try value(text == "t" ? true : text == "f" ? false : nil, column)
    }

    func position(_ column: Int) throws(PostgresError) -> LSN { try value(LSN(text(column)), column) }

    func timeline(_ column: Int) throws(PostgresError) -> TimelineID {
        try value(TimelineID(rawValue: number(column)), column)
    }

    /// A column made with `Connection.epoch`.
    func time(_ column: Int) throws(PostgresError) -> UnixTime {
        let (seconds, microseconds) = (try number(column) as UInt64).quotientAndRemainder(dividingBy: 1_000_000)
        return UnixTime(seconds: Int64(seconds), nanoseconds: Int32(microseconds) * 1000)
    }

    func value<Value>(_ value: Value?, _ column: Int) throws(PostgresError) -> Value {
        if let value { return value }
        let text = row[column].map { "\"\(ServerText.line($0))\"" } ?? "nothing"
        throw PostgresError(.notReady, operation, server, "column \(column + 1) of the answer is \(text)")
    }
}

extension Connection {
    /// SQL for a moment as microseconds since 1970. Evaluates `moment` once.
    static func epoch(_ moment: String) -> String { "(extract(epoch FROM \(moment)) * 1000000)::bigint" }

    /// The server's clock, not the moment at which the transaction began.
    static let clock = epoch("clock_timestamp()")

    /// The only row of an answer; `notReady` when there is none.
    func row(
        _ sql: String, _ parameters: [String?] = [], as operation: String, until deadline: Deadline = .never
    ) throws(PostgresError) -> AnswerRow {
        guard let row = try query(sql, parameters, as: operation, until: deadline).first else {
            throw PostgresError(.notReady, operation, server, "the answer is empty")
        }
        return AnswerRow(row: row, operation: operation, server: server)
    }
}
