/// What `backup` was asked for.
package struct BackupRequest: Equatable, Sendable {
    /// Stores everything anew instead of referring to what an earlier backup stored.
    package var isFull = false
    /// Reads every file, whatever its times and the WAL summaries say.
    package var rereads = false
    /// Nil for what the configuration says.
    package var checkpoint: BackupConfiguration.Checkpoint?
    package var isFromStandby = false
    package var annotations: [String: String] = [:]
    /// Threads; nil for what the configuration says.
    package var workers: Int?
    /// Bytes a second that go to the repositories; nil for what the configuration says.
    package var bandwidth: Int?

    package init() {}
}
