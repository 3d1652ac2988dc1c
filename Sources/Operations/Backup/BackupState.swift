import Format
import Platform

/// A cluster's backup files in its state directory: the block index, the journal, and a lock.
struct BackupState: Sendable {
    let directory: String
    /// Tests go on to the next second at once.
    var sleep: @Sendable (_ seconds: Double) -> Void = { Clock.sleep(seconds: $0) }
    var clock: @Sendable () -> UnixTime = Clock.now

    static let indexName = "index"
    var indexPath: String { "\(directory)/\(Self.indexName)" }
    var journalPath: String { "\(directory)/journal" }
    private var lockPath: String { "\(directory)/lock" }

    private static let permissions: UInt16 = 0o700

    init(_ cluster: ClusterConfiguration) {
        directory = "\(cluster.stateDirectory)/backup"
    }

    private var lastPath: String { "\(directory)/last" }

    /// A new id that sorts behind the one this gave last: two backups of one second would be in random order.
    ///
    /// The caller holds the lock. A file that cannot be read or written is as if it were the first time.
    func nextID() -> (id: BackupID, now: UnixTime) {
        let text = (try? FileSystem.readWhole(lastPath, limit: BackupID.byteCount)) ?? []
        let last = BackupID(String(decoding: text, as: UTF8.self))
        var now = clock()
        if let last, last.iso8601 == now.iso8601() {
            sleep(1 - Double(now.nanoseconds) / 1e9)
            now = clock()
        }
        let id = BackupID.make(now: now)
        if var file = try? AtomicFile(directory: directory, name: "last"), (try? file.write(text: "\(id)")) != nil {
            _ = try? file.commit(overwrite: .replace, durable: false)
        }
        return (id, now)
    }

    /// Keeps every other backup of this host and cluster away while it lives.
    func lock() throws(OperationError) -> FileLock {
        do throws(PlatformError) {
            try FileSystem.createDirectory(directory, permissions: Self.permissions, parents: true)
            if let lock = try FileLock.tryAcquire(lockPath) { return lock }
        } catch {
            throw OperationError(error, doing: "lock")
        }
        throw OperationError(
            .timedOut, operation: "back up", object: directory, cause: "another backup of this cluster is running here",
            hint: "Wait until it has ended; two at a time would only share the disk.")
    }
}
