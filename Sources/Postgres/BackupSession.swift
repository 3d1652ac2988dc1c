package import Format
package import Platform

/// A backup that a server knows of, from its start to its end (`pg_backup_start` and `pg_backup_stop`, in the form that
/// does not exclude others). It lives as long as the connection does: a server that loses it forgets the backup.
package final class BackupSession {
    package enum Place: Sendable {
        case primary
        case standby
    }

    /// How the checkpoint that a backup starts with is made: at once, or as slowly as scheduled ones.
    package enum Checkpoint: Sendable {
        case fast
        case spread
    }

    package let connection: Connection
    /// From before the start.
    package let facts: ServerFacts

    private var isRunning = false

    /// Asks the server and checks that it can be backed up.
    ///
    /// Throws `unsupportedVersion`, `notReady` with a hint, and what the connection throws.
    package init(_ connection: Connection, from place: Place) throws(PostgresError) {
        guard WALVersion.supportedMajors.contains(connection.serverMajor) else {
            throw PostgresError(
                .unsupportedVersion, Self.operation, connection.server,
                "PostgreSQL \(connection.serverMajor) is none from 13 to 18")
        }
        self.connection = connection
        facts = try ServerFacts.read(connection)
        if let refusal = Self.obstacle(facts, place) {
            throw PostgresError(.notReady, Self.operation, connection.server, refusal.cause, hint: refusal.hint)
        }
    }

    static let operation = "start backup of"

    /// Why a server cannot be backed up like this; nil when it can.
    static func obstacle(_ facts: ServerFacts, _ place: Place) -> (cause: String, hint: String)? {
        guard facts.walLevel != "minimal" else {
            return (
                "wal_level is minimal, replica or logical is needed",
                "Set wal_level = replica in postgresql.conf and restart the server."
            )
        }
        switch (place, facts.isInRecovery) {
        case (.primary, true):
            return (
                "the server is a standby, or in recovery",
                "Connect to the primary, or ask for a backup of the standby with --from-standby."
            )
        case (.standby, false):
            return ("the server is not in recovery", "Leave out --from-standby, or connect to the standby.")
        case (.standby, true) where !facts.writesFullPages:
            return (
                "the WAL it replays was written with full_page_writes off",
                "Set full_page_writes = on at the primary and wait for its next checkpoint to be replayed."
            )
        default: return nil
        }
    }
}

/// What is known once a backup has started.
package struct BackupStart: Equatable, Sendable {
    /// Where replay will have to begin: pages that are older are in the files.
    package let lsn: LSN
    package let timeline: TimelineID
    /// The server's clock, just after the start.
    package let time: UnixTime
    /// `pg_current_snapshot()`, just after the start.
    package let snapshot: String
}

/// What is known once a backup has ended.
package struct BackupStop: Equatable, Sendable {
    /// Replay must reach it before the files are consistent.
    package let lsn: LSN
    package let timeline: TimelineID
    /// The files `backup_label` and `tablespace_map` as they belong into the backup, octet for octet; an empty
    /// `tablespaceMap` is no file at all.
    package let label: [UInt8]
    package let tablespaceMap: [UInt8]
    /// The server's clock, just after the end.
    package let time: UnixTime
    /// `pg_current_snapshot()`, just after the end.
    package let snapshot: String
}

extension BackupSession {
    /// Makes the checkpoint the backup begins with; with `spread` that takes minutes.
    ///
    /// `label` goes into `backup_label`; line breaks in it, which would forge its lines, become blanks. Throws what the
    /// connection throws, and `notReady`.
    package func start(
        label: String, checkpoint: Checkpoint, until deadline: Deadline = .never
    ) throws(PostgresError) -> BackupStart {
        let label = String(label.map { $0.isNewline ? " " : $0 })
        let function =
            facts.major >= 15
            ? "pg_backup_start(label => $1, fast => $2)"
            : "pg_start_backup(label => $1, fast => $2, exclusive => false)"
        let parameters = [label, checkpoint == .fast ? "true" : "false"]
        let lsn = try connection.row("SELECT \(function)", parameters, as: Self.operation, until: deadline).position(0)
        isRunning = true
        // A standby's backup begins at its last restart point, whatever the start of a walreceiver's timeline.
        let timeline =
            facts.isInRecovery
            ? "(SELECT timeline_id FROM pg_control_checkpoint())" : Self.timeline("pg_walfile_name('\(lsn)')")
        let row = try connection.row(
            "SELECT \(timeline), \(Connection.clock), pg_current_snapshot()", as: Self.operation)
        return BackupStart(
            lsn: lsn, timeline: try row.timeline(0), time: try row.time(1), snapshot: try row.text(2))
    }

    /// Whether the backup still stands: the server answers, and has not been promoted meanwhile, which would make the
    /// backup worthless (`sendDir`, backend/backup/basebackup.c). Cheap: for now and then.
    package func confirm() throws(PostgresError) {
        guard try connection.isInRecovery() == facts.isInRecovery else {
            throw PostgresError(
                .notReady, "continue backup of", connection.server, "the standby was promoted during the backup",
                hint: "What was copied cannot be used; start another backup.")
        }
    }

    /// Ends the backup. With `waitForArchive` the server first waits until all WAL the backup needs is archived:
    /// without limit, with a warning every minute, and not on a standby whose `archive_mode` is not `always`.
    ///
    /// Throws what the connection throws; the backup is over then as well.
    package func stop(waitForArchive: Bool, until deadline: Deadline = .never) throws(PostgresError) -> BackupStop {
        let operation = "stop backup of"
        let function =
            facts.major >= 15
            ? "pg_backup_stop(wait_for_archive => $1)"
            : "pg_stop_backup(exclusive => false, wait_for_archive => $1)"
        guard isRunning else { throw PostgresError(.notReady, operation, connection.server, "no backup was started") }
        // Paths in tablespace_map are octets, which the server would convert, or refuse to.
        try connection.query("SET client_encoding TO 'SQL_ASCII'", as: operation)
        isRunning = false
        let ended = try connection.row(
            "SELECT lsn, labelfile, spcmapfile FROM \(function)", [waitForArchive ? "true" : "false"], as: operation,
            until: deadline)
        try connection.query("SET client_encoding TO 'UTF8'", as: operation)
        let lsn = try ended.position(0)
        let timeline =
            facts.isInRecovery
            ? "(SELECT min_recovery_end_timeline FROM pg_control_recovery())"
            : Self.timeline("pg_walfile_name('\(lsn)')")
        let row = try connection.row(
            "SELECT \(timeline), \(Connection.clock), pg_current_snapshot()", as: operation)
        return BackupStop(
            lsn: lsn, timeline: try row.timeline(0), label: ended.row.octets(1) ?? [],
            tablespaceMap: ended.row.octets(2) ?? [], time: try row.time(1), snapshot: try row.text(2))
    }

    /// Gives the backup up: closes the connection, and the server cleans up after it.
    package func abandon() {
        isRunning = false
        connection.close()
    }

    /// SQL for the timeline in the name of a WAL file, as a decimal number.
    private static func timeline(_ file: String) -> String {
        "('x' || substr(\(file), 1, 8))::bit(32)::bigint"
    }
}
