import Format
import Platform
import Postgres

/// What a backup asks of the server that it is made of.
protocol BackupServer {
    var facts: ServerFacts { get }
    /// Nil where the server writes none.
    var summaries: WALSummaries? { get }

    /// From here on the server keeps the backup open.
    func start(label: String, checkpoint: BackupSession.Checkpoint) throws(PostgresError) -> BackupStart
    /// Throws when the backup has become worthless.
    func confirm() throws(PostgresError)
    func stop() throws(PostgresError) -> BackupStop
    /// The segment that its archiver has stored last.
    func lastArchived() throws(PostgresError) -> SegmentName?
    /// Gives up what was started; harmless when it has ended.
    func abandon()
}

extension BackupSession: BackupServer {
    var summaries: WALSummaries? { WALSummaries(connection, facts) }

    func start(label: String, checkpoint: Checkpoint) throws(PostgresError) -> BackupStart {
        try start(label: label, checkpoint: checkpoint, until: .never)
    }

    /// Whether the WAL is where the backup is, nobody knows better than the repositories.
    func stop() throws(PostgresError) -> BackupStop { try stop(waitForArchive: false) }

    func lastArchived() throws(PostgresError) -> SegmentName? {
        try connection.archiver().lastArchived.flatMap { WALFileName($0.file)?.segment }
    }
}
