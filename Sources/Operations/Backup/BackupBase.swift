import Format
import Platform

/// What a backup can refer to: the blocks of the last complete one, and those an interrupted one has stored since.
///
/// Chapters are numbered here as they will be while the backup runs: the base's, then the journal's, then new ones.
struct BackupBase: Sendable {
    /// The last complete backup; nil for a full one.
    let manifest: BackupManifest?
    /// Chapters of the journal, with their packs by name.
    let resumedChapters: [BackupLedger.Entry]
    let resumedPacks: [PackID: UInt64]
    /// Bad pages that are in the base.
    let pageErrors: [PageError]
    /// By the octets of the path: Swift's strings are equal when they only look alike.
    private let resumed: [[UInt8]: [Int: Resumed]]

    private struct Resumed: Sendable {
        let hash: BlockHash
        let piece: FilePiece
    }

    /// A file whose times are later than this before its backup looked is not trusted to have kept its content: file
    /// systems tell times in steps of up to two seconds (FAT), most in milliseconds.
    static let timeResolution: Int64 = 2_000_000_000

    init(_ index: BlockIndex?, frames: [JournalFrame]) {
        manifest = index?.manifest
        pageErrors = index?.pageErrors ?? []
        var chapters: [BackupLedger.Entry] = []
        var packs: [PackID: UInt64] = [:]
        var resumed: [[UInt8]: [Int: Resumed]] = [:]
        for frame in frames {
            let first = (manifest?.chapters.count ?? 0) + chapters.count
            packs[frame.pack] = frame.packByteCount
            chapters += frame.chapters.map { BackupLedger.Entry(pack: frame.pack, chapter: $0) }
            for block in frame.blocks {
                let piece = FilePiece(.chapter(first + block.chapter, offset: block.offset), byteCount: block.byteCount)
                resumed[Array(block.path.utf8), default: [:]][block.number] = Resumed(hash: block.hash, piece: piece)
            }
        }
        resumedChapters = chapters
        resumedPacks = packs
        self.resumed = resumed
    }

    /// The number of the first chapter that will be written.
    var chapterCount: Int { (manifest?.chapters.count ?? 0) + resumedChapters.count }

    func file(_ path: String) -> BackupFile? {
        guard let files = manifest?.files else { return nil }
        // They stand in the order of their paths' bytes.
        var range = 0..<files.count
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            if BackupPath.precedes(files[middle].path, path) {
                range = middle + 1..<range.upperBound
            } else {
                range = range.lowerBound..<middle
            }
        }
        guard range.lowerBound < files.count, files[range.lowerBound].path.utf8.elementsEqual(path.utf8) else {
            return nil
        }
        return files[range.lowerBound]
    }

    /// The file as the base has it, if it cannot have changed since.
    func unchanged(_ file: ScannedFile) -> BackupFile? {
        guard let manifest, let known = self.file(file.path), known.size == file.size, known.inode == file.inode,
            known.modified == file.modified, known.changed == file.changed,
            max(known.modified, known.changed) < manifest.facts.scanned - Self.timeResolution
        else { return nil }
        return known
    }

    /// Where an interrupted backup has stored this very block.
    func resumedPiece(_ path: String, block: Int, hash: BlockHash, byteCount: Int) -> FilePiece? {
        guard !resumed.isEmpty, let known = resumed[Array(path.utf8)]?[block], known.hash == hash,
            known.piece.byteCount == byteCount
        else {
            return nil
        }
        return known.piece
    }

    /// Every pack that pieces may refer to, with its length.
    var packs: [PackID: UInt64] {
        var packs = resumedPacks
        for pack in manifest?.packs ?? [] { packs[pack.id] = pack.byteCount }
        return packs
    }

    /// Backups in whose packs pieces may be: what must not be swept meanwhile.
    var sources: [BackupID] { Set(packs.keys.map(\.backup)).sorted() }

    /// Of these the interrupted ones.
    var interrupted: [BackupID] { Set(resumedPacks.keys.map(\.backup)).sorted() }
}
