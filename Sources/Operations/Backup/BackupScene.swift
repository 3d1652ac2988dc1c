import Codec
import Format
import Platform
import Postgres
import Stream

/// What all workers of one backup share and nobody changes.
struct BackupScene: Sendable {
    let dataDirectory: String
    let cluster: ClusterName
    let files: [ScannedFile]
    let base: BackupBase
    let hasher: BlockHasher
    let chapters: ChapterSettings
    /// Nil where pages have no checksums, or a size nobody knows.
    let pageCheck: PageCheck?
    let pageByteCount: Int
    let targets: BackupTargets
    let chunks: BlockPool
    let limit: RateLimit
    let ledger: BackupLedger
    let failure: StickyFailure<OperationError>
    let progress: any ProgressObserver

    /// Sealed bytes, and bytes of content, after which a pack is ended: large enough that requests cost little, small
    /// enough that an interrupted backup loses no more than seconds of work.
    static let packBytes: UInt64 = 32 << 20
    static let packContentBytes: UInt64 = 128 << 20
    /// From this ordinal on packs are so many times as large: a backup has at most a million, and then 250 TB.
    static let packGrowthOrdinal = 100_000
    static let packGrowth: UInt64 = 8
    /// Bytes of one chunk of a pack on its way to the repositories.
    static let chunkBytes = 4 << 20

    func path(_ file: Int) -> String { "\(dataDirectory)/\(files[file].path)" }
}
