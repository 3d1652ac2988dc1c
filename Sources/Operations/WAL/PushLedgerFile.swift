package import Platform

/// The push ledger on disk: one small file in the cluster's state directory, replaced as a whole.
package struct PushLedgerFile: Sendable {
    private let directory: String
    private let scope: String

    private static let name = "push-ledger"
    private static let lockName = "push-ledger.lock"
    /// Another push holds the lock for one small write; longer means a stuck disk, and the ledger is only a help.
    private static let lockSeconds = 2.0

    package init(directory: String, scope: String) {
        self.directory = directory
        self.scope = scope
    }

    /// Removes the ledger: what it says of the repositories holds no longer.
    static func forget(in directory: String) {
        _ = try? FileSystem.remove("\(directory)/\(name)")
    }

    /// The ledger as it stands; empty when there is none or it cannot be read.
    package func load() -> PushLedger {
        guard
            let bytes = try? FileSystem.readWhole("\(directory)/\(Self.name)", limit: PushLedger.byteCountMax)
        else { return PushLedger(scope: scope) }
        return PushLedger(text: String(decoding: bytes, as: UTF8.self), scope: scope)
    }

    /// Adds entries and makes them durable (temporary file, fsync, rename, fsync of the directory).
    package func record(_ files: [(name: String, status: FileStatus)]) throws(PlatformError) {
        try FileSystem.createDirectory(directory, permissions: 0o750, parents: true)
        let lock = try FileLock.acquire("\(directory)/\(Self.lockName)", until: .after(seconds: Self.lockSeconds))
        defer { _ = lock }
        var ledger = load()
        for file in files { ledger.record(file.name, file.status) }
        try write(ledger)
    }

    /// Puts `ledger`, which is of the same scope, in the place of what is there: for a process that knows all of it.
    package func replace(_ ledger: PushLedger) throws(PlatformError) {
        try FileSystem.createDirectory(directory, permissions: 0o750, parents: true)
        let lock = try FileLock.acquire("\(directory)/\(Self.lockName)", until: .after(seconds: Self.lockSeconds))
        defer { _ = lock }
        guard ledger != load() else { return }
        try write(ledger)
    }

    private func write(_ ledger: PushLedger) throws(PlatformError) {
        var target = try AtomicFile(directory: directory, name: Self.name, permissions: 0o640)
        try target.write(text: ledger.text)
        _ = try target.commit(overwrite: .replace, durable: true)
    }
}
