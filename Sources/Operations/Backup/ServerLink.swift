import Format
import Platform
import Postgres

/// The server that is backed up: the session that keeps the backup open, and the proof that it runs on the files that
/// are read.
struct ServerLink {
    let server: any BackupServer
    let dataDirectory: DataDirectory
    let control: ControlFile

    /// A server writes the time of its start into `postmaster.pid` moments before or after it takes it for itself.
    private static let startSecondsApart: Int64 = 60

    /// Connects, and checks that the server is ready for a backup and is the one of the local data directory.
    init(_ cluster: ClusterConfiguration, isStandby: Bool) throws(OperationError) {
        do throws(PostgresError) {
            let connection = try Connection(cluster.connection ?? "")
            let session = try BackupSession(connection, from: isStandby ? .standby : .primary)
            server = session
            dataDirectory = try DataDirectory(cluster.dataDirectory ?? session.facts.dataDirectory)
            control = try ControlFile.read(in: dataDirectory)
            try Self.requireSame(connection, session.facts, dataDirectory, control)
        } catch {
            throw OperationError(error)
        }
    }

    init(_ server: any BackupServer, _ dataDirectory: DataDirectory, _ control: ControlFile) {
        self.server = server
        self.dataDirectory = dataDirectory
        self.control = control
    }

    /// A standby beside its primary has the same system identifier; the moment of the start tells them apart.
    private static func requireSame(
        _ connection: Connection, _ facts: ServerFacts, _ directory: DataDirectory, _ control: ControlFile
    ) throws(PostgresError) {
        let operation = "back up"
        let hint = "Set connection and pgdata in [cluster.…] to one and the same server."
        guard control.system == facts.system else {
            throw PostgresError(
                .wrongSystem, operation, directory.path,
                "system identifier \(control.system) there, \(facts.system) at server \(connection.server)", hint: hint)
        }
        let answer = try connection.query("SELECT floor(extract(epoch FROM pg_postmaster_start_time()))::bigint")
        guard let told = answer.first?[0].flatMap({ Int64($0) }), let noted = startTime(directory) else {
            throw PostgresError(
                .notReady, operation, directory.path, "there is no server running on it: no postmaster.pid", hint: hint)
        }
        guard abs(told - noted) <= startSecondsApart else {
            throw PostgresError(
                .notReady, operation, directory.path,
                "another server runs on it than the one at \(connection.server)", hint: hint)
        }
    }

    /// The third line of `postmaster.pid` (`LOCK_FILE_LINE_START_TIME`, utils/pidfile.h).
    private static func startTime(_ directory: DataDirectory) -> Int64? {
        guard let octets = try? FileSystem.readWhole("\(directory.path)/postmaster.pid", limit: 4096) else {
            return nil
        }
        let lines = String(decoding: octets, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        return lines.count > 2 ? Int64(lines[2]) : nil
    }
}
