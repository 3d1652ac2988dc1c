package import Format
package import Platform

/// The WAL summaries of a server: its list of them, asked of the server, and their content, read from its directory.
///
/// The content is not asked for with `pg_wal_summary_contents`: that makes a row of text for each changed block, all of
/// which the server keeps until the last is made. The file has two bytes for a block, or one bit.
package struct WALSummaries {
    private let connection: Connection
    private let dataDirectory: String

    /// Between two looks at how far the summarizer is.
    private static let pollSeconds = 0.1
    /// Without progress for so long, the summarizer is taken to be stuck, as PostgreSQL does
    /// (`WaitForWalSummarization`, backend/postmaster/walsummarizer.c).
    package static let stallSecondsDefault = 60.0

    /// Nil for a server that writes no summaries.
    package init?(_ connection: Connection, _ facts: ServerFacts) {
        guard facts.summarizesWAL else { return nil }
        self.connection = connection
        dataDirectory = facts.dataDirectory
    }

    /// Waits until everything before `lsn` is summarized; false when the summarizer made no progress for
    /// `stallSeconds`, was switched off, or `deadline` passed.
    package func wait(
        for lsn: LSN, stallSeconds: Double = stallSecondsDefault, until deadline: Deadline = .never
    ) throws(PostgresError) -> Bool {
        var progress = LSN.invalid
        var patience = Deadline.after(seconds: stallSeconds)
        while true {
            let row = try connection.row(
                """
                SELECT summarized_lsn, pending_lsn, current_setting('summarize_wal') \
                FROM pg_get_wal_summarizer_state()
                """, as: "ask WAL summarizer of")
            if try row.position(0) >= lsn { return true }
            guard try row.text(2) == "on" else { return false }
            let pending = try row.position(1)
            if pending > progress {
                progress = pending
                patience = .after(seconds: stallSeconds)
            }
            guard !patience.hasPassed, !deadline.hasPassed else { return false }
            Clock.sleep(seconds: Self.pollSeconds)
        }
    }

    /// Which summaries describe all of `ranges`, or where they leave something out.
    package func coverage(of ranges: [WALRange]) throws(PostgresError) -> WALSummary.Coverage {
        WALSummary.coverage(of: ranges, available: try available())
    }

    /// All summaries that the server keeps.
    package func available() throws(PostgresError) -> [WALSummary] {
        let operation = "list WAL summaries of"
        let result = try connection.query(
            "SELECT tli, start_lsn, end_lsn FROM pg_available_wal_summaries()", as: operation)
        var summaries: [WALSummary] = []
        for row in result.rows {
            let row = AnswerRow(row: row, operation: operation, server: connection.server)
            summaries.append(
                WALSummary(timeline: try row.timeline(0), start: try row.position(1), end: try row.position(2)))
        }
        return summaries
    }

    /// Reads these summaries. One file is in memory at a time; what is kept of it stays below `bytesMax`, and relations
    /// that find no room are given up as changed all over.
    ///
    /// Throws `badSummary`, also for one that was removed meanwhile, and `unreadable`.
    package func changes(
        in summaries: [WALSummary], bytesMax: Int = ChangedBlocks.bytesMax
    ) throws(PostgresError) -> ChangedBlocks {
        var changes = ChangedBlocks(bytesMax: bytesMax)
        for summary in Set(summaries) {
            let path = "\(dataDirectory)/\(summary.path)"
            var reader = SummaryReader(try Self.load(path), object: path)
            try reader.read(into: &changes)
        }
        return changes
    }

    private static func load(_ path: String) throws(PostgresError) -> [UInt8] {
        do {
            return try FileSystem.readWhole(path, limit: SummaryReader.byteCountMax)
        } catch {
            guard error.errno == .noSuchFile || error.errno == .fileTooLarge else { throw PostgresError(error) }
            throw PostgresError(.badSummary, "read WAL summary", path, "\(error.errno)".lowercased())
        }
    }
}
