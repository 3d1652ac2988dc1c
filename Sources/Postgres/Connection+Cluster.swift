package import Format
package import Platform

/// A tablespace that somebody made: those that every cluster has live in the data directory.
package struct Tablespace: Equatable, Sendable {
    package let oid: UInt32
    package let name: String
    /// The directory that `pg_tblspc/<oid>` leads to, or that link's own path for a tablespace in place
    /// (`allow_in_place_tablespaces`). For people: in a database of another encoding than UTF-8 the server converts the
    /// path, and the link itself is what counts.
    package let location: String
}

/// What the archiver has done since its statistics were reset (`pg_stat_archiver`).
package struct ArchiverFacts: Equatable, Sendable {
    /// One file and the moment at which it was stored, or failed to be.
    package struct Attempt: Equatable, Sendable {
        package let file: String
        package let at: UnixTime
    }

    package let archivedCount: Int64
    package let lastArchived: Attempt?
    package let failedCount: Int64
    package let lastFailed: Attempt?

    /// Whether the last thing heard of the archiver is a failure.
    package var isFailing: Bool {
        guard let lastFailed else { return false }
        return lastArchived.map { $0.at < lastFailed.at } ?? true
    }
}

extension Connection {
    package func isInRecovery() throws(PostgresError) -> Bool {
        try row("SELECT pg_is_in_recovery()", as: "ask state of").flag(0)
    }

    /// Ends the WAL segment in use, so that it is archived; gives the position after its last record. On a primary
    /// only.
    package func switchWAL() throws(PostgresError) -> LSN {
        try row("SELECT pg_switch_wal()", as: "switch WAL of").position(0)
    }

    /// Writes out all changed pages; on a standby makes a restart point at the last checkpoint replayed.
    package func checkpoint(until deadline: Deadline = .never) throws(PostgresError) {
        try query("CHECKPOINT", as: "checkpoint", until: deadline)
    }

    /// The tablespaces beside `pg_default` and `pg_global`, by oid.
    package func tablespaces() throws(PostgresError) -> [Tablespace] {
        let operation = "list tablespaces of"
        let result = try query(
            """
            SELECT oid, spcname, pg_tablespace_location(oid) FROM pg_tablespace \
            WHERE oid NOT IN (\(RelationFile.defaultTablespace), \(RelationFile.globalTablespace)) ORDER BY oid
            """, as: operation)
        var tablespaces: [Tablespace] = []
        for row in result.rows {
            let row = AnswerRow(row: row, operation: operation, server: server)
            tablespaces.append(Tablespace(oid: try row.number(0), name: try row.text(1), location: try row.text(2)))
        }
        return tablespaces
    }

    package func archiver() throws(PostgresError) -> ArchiverFacts {
        let row = try row(
            """
            SELECT archived_count, last_archived_wal, \(Self.epoch("last_archived_time")), \
            failed_count, last_failed_wal, \(Self.epoch("last_failed_time")) FROM pg_stat_archiver
            """, as: "ask archiver of")
        func attempt(_ column: Int) throws(PostgresError) -> ArchiverFacts.Attempt? {
            guard let file = row.row[column], row.row[column + 1] != nil else { return nil }
            return ArchiverFacts.Attempt(file: file, at: try row.time(column + 1))
        }
        return ArchiverFacts(
            archivedCount: try row.number(0), lastArchived: try attempt(1), failedCount: try row.number(3),
            lastFailed: try attempt(4))
    }
}
