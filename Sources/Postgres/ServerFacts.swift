package import Format
package import Platform

/// What a server says about itself, as far as a backup has to know.
package struct ServerFacts: Equatable, Sendable {
    /// `archive_mode`.
    package enum ArchiveMode: String, Sendable {
        case off
        case on
        case always
    }

    /// `server_version_num`: 170004 for 17.4.
    package let serverVersion: Int
    /// `server_version`, with what the packager added: `15.18 (Debian 15.18-0+deb12u1)`.
    package let versionText: String
    package let system: SystemIdentifier
    /// As the server's configuration has it, absolute.
    package let dataDirectory: String
    /// Bytes of one data page.
    package let pageByteCount: UInt32
    /// Pages of one segment file of a relation.
    package let relationSegmentPageCount: UInt32
    package let segmentSize: SegmentSize
    package let hasDataChecksums: Bool
    package let isInRecovery: Bool
    /// Of the last checkpoint, or on a standby of the last restart point: where a backup of a standby begins.
    package let timeline: TimelineID
    /// `minimal`, `replica` or `logical`.
    package let walLevel: String
    /// Whether full pages were written into the WAL at the last checkpoint: on a standby, the primary's doing.
    package let writesFullPages: Bool
    package let archiveMode: ArchiveMode
    /// Empty when there is none.
    package let archiveCommand: String
    /// PostgreSQL 15 and later; empty when there is none.
    package let archiveLibrary: String
    /// PostgreSQL 17 and later: whether WAL summaries are being written.
    package let summarizesWAL: Bool
    /// `pg_current_snapshot()`: which transactions are seen.
    package let snapshot: String
    /// The server's clock.
    package let time: UnixTime

    /// The first number of the version.
    package var major: Int { serverVersion / 10_000 }

    /// Whether this server, in the state it is in, hands its WAL to an archive: one in recovery does so only with
    /// `archive_mode = always`.
    package var archives: Bool {
        let isOn = isInRecovery ? archiveMode == .always : archiveMode != .off
        return isOn && !(archiveCommand.isEmpty && archiveLibrary.isEmpty)
    }
}

extension ServerFacts {
    /// What a server with `archive_mode = off` shows as its `archive_command` (`show_archive_command`,
    /// access/transam/xlog.c).
    private static let disabledCommand = "(disabled)"

    /// One column for each line, in this order. Settings are asked for so that those of later versions may lack.
    private static let question = """
        SELECT current_setting('server_version'), s.system_identifier, current_setting('data_directory'), \
        i.database_block_size, i.blocks_per_segment, i.bytes_per_wal_segment, i.data_page_checksum_version, \
        pg_is_in_recovery(), c.timeline_id, current_setting('wal_level'), c.full_page_writes, \
        current_setting('archive_mode'), current_setting('archive_command'), \
        current_setting('archive_library', true), current_setting('summarize_wal', true), \
        pg_current_snapshot(), \(Connection.clock) \
        FROM pg_control_system() s, pg_control_init() i, pg_control_checkpoint() c
        """

    /// Asks the server. Throws `notReady` for an answer that no server gives, and what the connection throws.
    package static func read(_ connection: Connection) throws(PostgresError) -> ServerFacts {
        let row = try connection.row(question, as: operation)
        return ServerFacts(
            serverVersion: connection.serverVersion, versionText: try row.text(0),
            system: SystemIdentifier(rawValue: UInt64(bitPattern: try row.number(1))), dataDirectory: try row.text(2),
            pageByteCount: UInt32(clamping: try row.number(3) as Int64),
            relationSegmentPageCount: UInt32(clamping: try row.number(4) as Int64),
            segmentSize: try row.value(SegmentSize(byteCount: row.number(5)), 5),
            hasDataChecksums: try row.number(6) as Int64 != 0, isInRecovery: try row.flag(7),
            timeline: try row.timeline(8), walLevel: try row.text(9), writesFullPages: try row.flag(10),
            archiveMode: try row.value(ArchiveMode(rawValue: row.text(11)), 11),
            archiveCommand: try row.text(12) == disabledCommand ? "" : row.text(12),
            archiveLibrary: row.row[13] ?? "", summarizesWAL: row.row[14] == "on",
            snapshot: try row.text(15), time: try row.time(16))
    }

    private static let operation = "read settings of"
}
