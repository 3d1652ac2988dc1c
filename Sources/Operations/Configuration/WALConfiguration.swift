/// `[wal]`: how segments are pushed and fetched.
package struct WALConfiguration: Equatable, Sendable {
    /// How many waiting segments one push may store besides its own; 0 turns look-ahead off.
    package let lookahead: Int
    /// How many segments a fetch keeps ahead of replay; 0 turns prefetch off.
    package let prefetch: Int
    /// A push that takes longer fails, and PostgreSQL tries again.
    package let pushDeadlineSeconds: Double
    /// How long a fetch goes on trying before it says "trouble".
    package let fetchDeadlineSeconds: Double
    /// zstd's.
    package let compressionLevel: Int
    /// Threads that compress or decompress; nil for one per core.
    package let threads: Int?

    init(_ settings: SectionSettings) {
        lookahead = settings.required(settings.number("lookahead"), "lookahead")
        prefetch = settings.required(settings.number("prefetch"), "prefetch")
        pushDeadlineSeconds = settings.required(settings.seconds("push-deadline"), "push-deadline")
        fetchDeadlineSeconds = settings.required(settings.seconds("fetch-deadline"), "fetch-deadline")
        compressionLevel = settings.required(settings.number("compression-level"), "compression-level")
        threads = settings.number("threads")
    }
}
