import Platform
import Postgres

/// The background half of `wal fetch`: started by it, ends with the recovery.
package struct PrefetchWAL: Sendable {
    private let fetch: FetchWAL
    private let window: Int

    package init(_ fetch: FetchWAL, window: Int) {
        self.fetch = fetch
        self.window = window
    }

    /// Keeps segments ahead in `directory` for the server whose WAL goes to `target` (PostgreSQL's `%p`), which is in
    /// its data directory. Returns at once when another process does so already.
    package func run(directory path: String, target: String) throws(OperationError) {
        let directory = PrefetchDirectory(path: path)
        let lock: FileLock?
        let data: DataDirectory
        let permissions: UInt16
        do throws(PlatformError) { lock = try directory.lock() } catch { throw OperationError(error) }
        guard lock != nil else { return }
        do throws(PostgresError) {
            guard let found = try DataDirectory.containing(walPath: target) else { return }
            data = found
            permissions = try data.filePermissions()
        } catch {
            throw OperationError(error)
        }
        let source = try fetch.source(target)
        Prefetcher(source, directory: directory, window: window, permissions: permissions).run {
            Self.isInRecovery(data)
        }
        _ = consume lock
    }

    /// A server that died leaves its signal file: then nobody takes anything, and the prefetcher's patience ends.
    private static func isInRecovery(_ data: DataDirectory) -> Bool {
        guard let mode = try? RecoveryMode(of: data), mode != .none else { return false }
        return true
    }
}
