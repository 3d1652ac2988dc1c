/// `[backup]`: how base backups are made.
package struct BackupConfiguration: Equatable, Sendable {
    /// How the checkpoint that a backup begins with is made.
    package enum Checkpoint: String, CaseIterable, Sendable {
        /// At once: the backup begins after seconds.
        case fast
        /// As slowly as scheduled ones: the backup begins after minutes, and nobody notices.
        case spread
    }

    /// zstd's.
    package let compressionLevel: Int
    /// Threads that read, compress and seal; nil for one per core.
    package let workers: Int?
    /// Bytes a second that go to the repositories; nil for no limit.
    package let bandwidth: Int?
    package let checkpoint: Checkpoint

    init(_ settings: SectionSettings) {
        compressionLevel = settings.required(settings.number("compression-level"), "compression-level")
        workers = settings.number("workers")
        bandwidth = settings.bytes("bandwidth")
        checkpoint = settings.text("checkpoint").flatMap { Checkpoint(rawValue: $0) } ?? .fast
    }
}
