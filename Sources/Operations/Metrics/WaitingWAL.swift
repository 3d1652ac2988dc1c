package import Platform
import Postgres

/// What PostgreSQL wants archived at one moment: its `.ready` marks, counted.
package struct WaitingWAL: Equatable, Sendable {
    package var fileCount = 0
    package var byteCount: UInt64 = 0
    /// Since when the oldest waits; nil when none does.
    package var oldest: UnixTime?

    /// Seconds for which the oldest has waited; 0 when none does, and when the clock was set back meanwhile.
    package func lag(at now: UnixTime) -> Double { max(0, oldest.map { now.seconds(since: $0) } ?? 0) }

    /// Looks into `pg_wal` of the data directory. Files that are archived while it looks may or may not be counted.
    package static func find(in dataDirectory: String) throws(OperationError) -> WaitingWAL {
        var waiting = WaitingWAL()
        do throws(PostgresError) {
            let directory = try DataDirectory(dataDirectory).walPath
            for (file, mark) in try ReadyFiles.all(in: directory) {
                try waiting.count("\(directory)/\(file)", mark)
            }
        } catch {
            throw OperationError(error)
        }
        return waiting
    }

    private mutating func count(_ path: String, _ mark: String) throws(PostgresError) {
        do throws(PlatformError) {
            // A mark that is gone was archived meanwhile; a file that is gone is a mark that PostgreSQL will remove.
            guard let since = try FileSystem.status(of: mark)?.modified else { return }
            fileCount += 1
            byteCount += try FileSystem.status(of: path)?.size ?? 0
            oldest = min(oldest ?? since, since)
        } catch {
            throw PostgresError(.unreadable, "look at", path, "\(error.errno)".lowercased())
        }
    }
}
