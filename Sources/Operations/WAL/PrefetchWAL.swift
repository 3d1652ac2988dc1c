import Format
import Platform
import Postgres

/// The background half of `wal fetch`: a process started by it, or a thread of one that lives on; ends with the
/// recovery.
package struct PrefetchWAL: Sendable {
    private let fetch: FetchWAL
    private let prefetch: Int

    /// - Parameter prefetch: `wal.prefetch`.
    package init(_ fetch: FetchWAL, prefetch: Int) {
        self.fetch = fetch
        self.prefetch = prefetch
    }

    /// Keeps segments ahead in `directory` for the server whose WAL goes to `target` (PostgreSQL's `%p`), which is in
    /// its data directory. Returns at once when another process does so already.
    package func run(directory path: String, target: String) throws(OperationError) {
        try run(directory: path, target: target, isOver: { false }, onBegin: { _ in })
    }

    /// The same until `isOver` says so; `onBegin` is given what does the work.
    func run(
        directory path: String, target: String, isOver: () -> Bool, onBegin: (Prefetcher) -> Void
    ) throws(OperationError) {
        let directory = PrefetchDirectory(path: path)
        let lock: FileLock?
        let data: DataDirectory
        let permissions: UInt16
        let isStandby: Bool
        do throws(PlatformError) { lock = try directory.lock() } catch { throw OperationError(error) }
        guard lock != nil else { return }
        do throws(PostgresError) {
            guard let found = try fetch.dataDirectory(target) else { return }
            data = found
            permissions = try data.filePermissions()
            isStandby = try RecoveryMode(of: data) == .standby
        } catch {
            throw OperationError(error)
        }
        let source = try fetch.source(target, objects: Prefetcher.lanesMax)
        let pace = PrefetchPace(prefetch: prefetch, segmentBytes: source.segmentSize.byteCount)
        let prefetcher = Prefetcher(
            source, directory: directory, pace: pace, permissions: permissions, isStandby: isStandby)
        onBegin(prefetcher)
        prefetcher.run { !isOver() && Self.isInRecovery(data) }
        _ = consume lock
    }

    /// A server that died leaves its signal file: then nobody takes anything, and the prefetcher's patience ends.
    private static func isInRecovery(_ data: DataDirectory) -> Bool {
        guard let mode = try? RecoveryMode(of: data), mode != .none else { return false }
        return true
    }
}
