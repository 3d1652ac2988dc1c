import Codec
import Format
import Platform
import Stream

/// One worker's way into the repositories: blocks go into chapters, chapters into packs, packs are committed.
final class PackFiller {
    /// Where content was put.
    struct Place {
        let chapter: Int
        let offset: Int
    }

    private let scene: BackupScene
    private let commits: PackCommits
    private let builder: ChapterBuilder
    private var pack: OpenPack?
    /// Of the open pack: its chapters, with their numbers in the ledger, and what the journal will tell of it.
    private var chapters: [(index: Int, chapter: BackupChapter)] = []
    private var blocks: [(block: JournalFrame.Block, index: Int)] = []
    private var contentBytes: UInt64 = 0

    init(_ scene: BackupScene, commits: PackCommits) {
        self.scene = scene
        self.commits = commits
        builder = ChapterBuilder(scene.chapters)
    }

    /// Stores `bytes`, at most a block of them.
    func store(_ bytes: RawSpan) throws(OperationError) -> Place {
        if builder.open != nil, builder.room < bytes.byteCount { try endChapter() }
        if builder.open == nil { try beginChapter() }
        guard let index = builder.open?.index else { preconditionFailure("a chapter was just begun") }
        // A chapter that is full now is ended by the next content, so that what is noted about this one still counts.
        return Place(chapter: index, offset: try builder.append(bytes))
    }

    /// Remembers for the journal that a block of known hash is at `place`.
    func note(_ path: String, block: Int, hash: BlockHash, at place: Place, byteCount: Int) {
        let note = JournalFrame.Block(
            path: path, number: block, hash: hash, chapter: 0, offset: place.offset, byteCount: byteCount)
        blocks.append((note, place.chapter))
    }

    /// Ends what is open. Nothing is stored afterwards.
    func finish() throws(OperationError) {
        try endPack()
    }

    /// Drops what is open.
    func abort() {
        pack?.abort()
        pack = nil
    }

    private func beginChapter() throws(OperationError) {
        let pack = try openPack()
        try builder.begin(
            index: scene.ledger.nextChapter(), number: pack.beginChapter(), of: pack.key, pack.fileKey)
    }

    private func openPack() throws(OperationError) -> OpenPack {
        if let pack { return pack }
        let id = try scene.ledger.nextPack()
        do throws(CodecError) {
            let pack = OpenPack(
                id, key: RepositoryLayout.key(of: id, in: scene.cluster),
                fileKey: try SharedFileKey(scene.chapters.parameters), repositories: scene.targets.active,
                chunks: scene.chunks, limit: scene.limit)
            self.pack = pack
            return pack
        } catch {
            throw OperationError(error)
        }
    }

    private func endChapter() throws(OperationError) {
        try writeChapter()
        guard let pack else { return }
        let growth = pack.id.ordinal < BackupScene.packGrowthOrdinal ? 1 : BackupScene.packGrowth
        let isFull = pack.byteCount >= BackupScene.packBytes * growth
        if isFull || contentBytes >= BackupScene.packContentBytes * growth { try endPack() }
    }

    private func writeChapter() throws(OperationError) {
        guard let pack else { return }
        try builder.finish { (open, digest, sealed) throws(OperationError) in
            let offset = try pack.write(sealed, number: open.number)
            let chapter = BackupChapter(
                pack: 0, number: open.number, offset: offset, sealedByteCount: sealed.byteCount,
                contentByteCount: open.contentByteCount, codesDigest: digest)
            scene.ledger.record(BackupLedger.Entry(pack: pack.id, chapter: chapter), as: open.index)
            chapters.append((open.index, chapter))
            contentBytes += UInt64(open.contentByteCount)
        }
    }

    private func endPack() throws(OperationError) {
        if builder.open != nil { try writeChapter() }
        guard let pack else { return }
        self.pack = nil
        let byteCount: UInt64
        do throws(OperationError) {
            byteCount = try pack.finish()
        } catch {
            pack.abort()
            throw error
        }
        commits.submit(pack.writer, frame(pack.id, byteCount))
    }

    private func frame(_ pack: PackID, _ byteCount: UInt64) -> JournalFrame {
        let numbers = Dictionary(uniqueKeysWithValues: chapters.enumerated().map { ($0.element.index, $0.offset) })
        let told = blocks.compactMap { block, index in
            numbers[index].map { number in
                JournalFrame.Block(
                    path: block.path, number: block.number, hash: block.hash, chapter: number, offset: block.offset,
                    byteCount: block.byteCount)
            }
        }
        defer {
            chapters = []
            blocks = []
            contentBytes = 0
        }
        return JournalFrame(
            pack: pack, packByteCount: byteCount, chapters: chapters.map(\.chapter), blocks: told)
    }
}
