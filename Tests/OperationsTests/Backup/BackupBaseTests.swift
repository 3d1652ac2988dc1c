import Format
import Operations
import TestSupport
import Testing

@testable import Operations

@Suite struct BackupBaseTests {
    private static let second: Int64 = 1_000_000_000
    private static let scanned: Int64 = 1_000 * second

    private static func file(
        _ path: String, size: UInt64 = 10, modified: Int64 = 10, changed: Int64 = 20, inode: UInt64 = 5
    ) -> BackupFile {
        BackupFile(
            path: path, mode: 0o600, size: size, modified: modified, changed: changed, inode: inode, checksum: nil,
            pieces: size == 0 ? [] : [FilePiece(.zeros, byteCount: Int(size))], hashes: [])
    }

    private static func scan(
        _ path: String = "file", size: UInt64 = 10, modified: Int64 = 10, changed: Int64 = 20, inode: UInt64 = 5
    ) -> ScannedFile {
        ScannedFile(path: path, mode: 0o600, size: size, modified: modified, changed: changed, inode: inode)
    }

    private func base(_ files: [BackupFile], frames: [JournalFrame] = []) throws -> BackupBase {
        let stage = try BackupStage()
        stage.scanned = Self.scanned
        let manifest = BackupManifest(facts: stage.facts(), files: files)
        return BackupBase(
            BlockIndex(places: [], readers: [], manifest: manifest, pageErrors: []), frames: frames)
    }

    @Test func nothingIsTrustedThatDiffers() throws {
        let base = try base([Self.file("file")])
        #expect(base.unchanged(Self.scan()) == Self.file("file"))
        #expect(base.unchanged(Self.scan(size: 11)) == nil)
        #expect(base.unchanged(Self.scan(modified: 11)) == nil)
        #expect(base.unchanged(Self.scan(modified: 9)) == nil)
        #expect(base.unchanged(Self.scan(changed: 21)) == nil)
        #expect(base.unchanged(Self.scan(inode: 6)) == nil)
        #expect(base.unchanged(Self.scan("other")) == nil)
        #expect(BackupStage.empty.unchanged(Self.scan()) == nil)
    }

    /// A file may change again without another time as long as the clock of the file system stands still.
    @Test func nothingIsTrustedThatChangedWhenItWasLookedAt() throws {
        let edge = Self.scanned - BackupBase.timeResolution
        for (modified, changed) in [(edge, 0), (0, edge), (edge + 1, 0), (Self.scanned, Self.scanned), (.max, 0)] {
            let base = try base([Self.file("file", modified: modified, changed: changed)])
            #expect(base.unchanged(Self.scan(modified: modified, changed: changed)) == nil)
        }
        let base = try base([Self.file("file", modified: edge - 1, changed: edge - 1)])
        #expect(base.unchanged(Self.scan(modified: edge - 1, changed: edge - 1)) != nil)
    }

    /// Equal as texts, but not as names of files.
    @Test func spellingsOfOneLetterAreTwoFiles() throws {
        let (composed, decomposed) = ("base/1/\u{E9}", "base/1/e\u{301}")
        #expect(composed == decomposed)
        let files = [Self.file(decomposed, inode: 1), Self.file(composed, inode: 2)]
        let base = try base(files)
        #expect(base.file(decomposed)?.inode == 1)
        #expect(base.file(composed)?.inode == 2)
        #expect(try self.base([files[0]]).file(composed) == nil)
        #expect(base.unchanged(Self.scan(composed, inode: 2))?.inode == 2)
        #expect(base.unchanged(Self.scan(composed, inode: 1)) == nil)
    }

    @Test func findsEveryFileAndNoOther() throws {
        var random = SeededRandom("base files")
        var names: Set<[UInt8]> = []
        for _ in 0..<300 { names.insert((0..<3).map { _ in UInt8.random(in: 97...101, using: &random) }) }
        let paths = names.map { String(decoding: $0, as: UTF8.self) }.sorted { BackupPath.precedes($0, $1) }
        let base = try base(paths.map { Self.file($0) })
        for path in paths { #expect(base.file(path)?.path == path) }
        for path in ["", "a", "aaaa", "zzz", "AAA", "abf"] where !paths.contains(path) {
            #expect(base.file(path) == nil)
        }
    }

    private static func frame(_ ordinal: Int, backup: Int = 9, path: String = "file", hash: UInt64 = 3) -> JournalFrame
    {
        let chapter = BackupChapter(
            pack: 0, number: 0, offset: 0, sealedByteCount: 900, contentByteCount: 500,
            codesDigest: Array(repeating: 1, count: 32))
        return JournalFrame(
            pack: required(PackID(backup: BackupStage.id(backup), ordinal: ordinal)), packByteCount: 1000,
            chapters: [chapter],
            blocks: [
                .init(path: path, number: 2, hash: .init(high: hash, low: hash), chapter: 0, offset: 40, byteCount: 60)
            ])
    }

    @Test func blocksOfAnInterruptedBackupAreThoseOfTheirPlaceAndHash() throws {
        let base = try base(
            [], frames: [Self.frame(1), Self.frame(2, path: "e\u{301}"), Self.frame(3, path: "\u{E9}", hash: 4)])
        let hash = BlockHash(high: 3, low: 3)
        #expect(
            base.resumedPiece("file", block: 2, hash: hash, byteCount: 60)
                == FilePiece(.chapter(0, offset: 40), byteCount: 60))
        #expect(
            base.resumedPiece("e\u{301}", block: 2, hash: hash, byteCount: 60)
                == FilePiece(.chapter(1, offset: 40), byteCount: 60))
        #expect(base.resumedPiece("\u{E9}", block: 2, hash: hash, byteCount: 60) == nil)
        #expect(base.resumedPiece("file", block: 1, hash: hash, byteCount: 60) == nil)
        #expect(base.resumedPiece("file", block: 2, hash: hash, byteCount: 59) == nil)
        #expect(base.resumedPiece("file", block: 2, hash: .init(high: 3, low: 4), byteCount: 60) == nil)
        #expect(base.chapterCount == 3)
        #expect(base.packs.count == 3)
        #expect(base.sources == [BackupStage.id(9)] && base.interrupted == base.sources)
    }
}
