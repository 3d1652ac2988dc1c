import Format
import Stream

/// Puts the manifest together from what is kept, what was read and where it was stored, with only the chapters and
/// packs that are used.
struct ManifestAssembly {
    private let base: BackupBase
    private let written: [BackupLedger.Entry?]
    private let packLengths: [PackID: UInt64]
    /// New numbers of chapters by those they have had.
    private var numbers: [Int: Int] = [:]
    private var chapters: [BackupChapter] = []
    private var packNumbers: [PackID: Int] = [:]
    private var packs: [BackupManifest.Pack] = []

    init(base: BackupBase, written: [BackupLedger.Entry?], packs: [PackID: UInt64]) {
        self.base = base
        self.written = written
        packLengths = base.packs.merging(packs) { known, _ in known }
    }

    /// The file made up of the results of its spans; nil when it had vanished.
    static func file(_ scanned: ScannedFile, _ results: [SpanResult]) -> BackupFile? {
        var pieces = FilePieces()
        var hashes: [BlockHash] = []
        var checksum: CRC32C? = CRC32C()
        for result in results.sorted(by: { $0.start < $1.start }) {
            guard !result.isMissing else {
                // Dropped between two spans: what was read is of no use either.
                if result.start == 0 { return nil }
                break
            }
            guard result.start == pieces.byteCount else { break }
            for piece in result.pieces.all { pieces.append(piece) }
            hashes += result.hashes
            checksum = result.checksum.flatMap { checksum?.joined(with: $0, byteCount: result.byteCount) }
            if result.isShort { break }
        }
        let size = pieces.byteCount
        return BackupFile(
            path: scanned.path, mode: scanned.mode, size: size, modified: scanned.modified, changed: scanned.changed,
            inode: scanned.inode, checksum: checksum?.value, pieces: pieces.all,
            hashes: Array(hashes.prefix(BackupBlock.count(size: size))))
    }

    /// The whole manifest. `files` are in order, with the chapters' old numbers.
    mutating func manifest(
        _ facts: BackupFacts, directories: [BackupDirectory], links: [BackupLink], files: [BackupFile]
    ) throws(OperationError) -> BackupManifest {
        var renumbered: [BackupFile] = []
        renumbered.reserveCapacity(files.count)
        for file in files { renumbered.append(try renumber(file)) }
        return BackupManifest(
            facts: facts, packs: packs, chapters: chapters, directories: directories, links: links, files: renumbered)
    }

    private mutating func renumber(_ file: BackupFile) throws(OperationError) -> BackupFile {
        var pieces: [FilePiece] = []
        pieces.reserveCapacity(file.pieces.count)
        for piece in file.pieces {
            switch piece.source {
            case .zeros: pieces.append(piece)
            case .chapter(let old, let offset):
                pieces.append(FilePiece(.chapter(try number(old), offset: offset), byteCount: piece.byteCount))
            }
        }
        return BackupFile(
            path: file.path, mode: file.mode, size: file.size, modified: file.modified, changed: file.changed,
            inode: file.inode, checksum: file.checksum, pieces: pieces, hashes: file.hashes)
    }

    private mutating func number(_ old: Int) throws(OperationError) -> Int {
        if let known = numbers[old] { return known }
        guard let entry = entry(old), let byteCount = packLengths[entry.pack] else {
            throw OperationError(
                .internalFault, operation: "back up", object: base.manifest.map { "\($0.facts.id)" } ?? "",
                cause: "chapter \(old) was referred to and never written")
        }
        chapters.append(entry.chapter.inPack(pack(entry.pack, byteCount)))
        numbers[old] = chapters.count - 1
        return chapters.count - 1
    }

    private mutating func pack(_ id: PackID, _ byteCount: UInt64) -> Int {
        if let known = packNumbers[id] { return known }
        packs.append(BackupManifest.Pack(id: id, byteCount: byteCount))
        packNumbers[id] = packs.count - 1
        return packs.count - 1
    }

    /// A chapter by the number it has had while the backup ran.
    private func entry(_ old: Int) -> BackupLedger.Entry? {
        let known = base.manifest?.chapters ?? []
        if old < known.count, let manifest = base.manifest {
            return BackupLedger.Entry(pack: manifest.packs[known[old].pack].id, chapter: known[old])
        }
        let resumed = old - known.count
        if resumed < base.resumedChapters.count { return base.resumedChapters[resumed] }
        let index = resumed - base.resumedChapters.count
        return index < written.count ? written[index] : nil
    }
}
