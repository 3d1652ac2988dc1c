/// How a backup found out what had changed.
package enum BackupMethod: String, Sendable, CaseIterable {
    /// Everything was read and stored.
    case full
    /// Files that looked changed were read, and their blocks compared by hash with the previous backup's.
    case hashes
    /// The server's WAL summaries told which pages had changed.
    case summaries
}
