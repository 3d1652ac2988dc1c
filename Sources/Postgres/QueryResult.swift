/// One row of an answer, as text in UTF-8 or as the server's octets.
package struct QueryRow: Equatable, Sendable {
    private let values: [[UInt8]?]

    package init(_ values: [[UInt8]?]) {
        self.values = values
    }

    package var columnCount: Int { values.count }

    /// Nil for SQL's null, and for a column that is not there. What is not UTF-8 is shown with replacement characters.
    package subscript(_ column: Int) -> String? {
        octets(column).map { String(decoding: $0, as: UTF8.self) }
    }

    /// As `subscript`, unchanged.
    package func octets(_ column: Int) -> [UInt8]? {
        values.indices.contains(column) ? values[column] : nil
    }
}

/// All rows of an answer.
package struct QueryResult: Equatable, Sendable {
    package internal(set) var rows: [QueryRow] = []

    package var first: QueryRow? { rows.first }
}
