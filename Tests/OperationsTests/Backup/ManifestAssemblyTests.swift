import Format
import Operations
import Stream
import TestSupport
import Testing

@testable import Operations

@Suite struct ManifestAssemblyTests {
    private static func chapter(_ number: Int, pack: Int = 0) -> BackupChapter {
        BackupChapter(
            pack: pack, number: number, offset: UInt64(number) * 1000, sealedByteCount: 900, contentByteCount: 500,
            codesDigest: Array(repeating: UInt8(number), count: 32))
    }

    private static func pack(_ backup: Int, _ ordinal: Int) -> PackID {
        required(PackID(backup: BackupStage.id(backup), ordinal: ordinal))
    }

    private static func file(_ path: String, _ pieces: [FilePiece]) -> BackupFile {
        BackupFile(
            path: path, mode: 0o600, size: pieces.reduce(0) { $0 + UInt64($1.byteCount) }, modified: 0, changed: 0,
            inode: 0, checksum: nil, pieces: pieces, hashes: [])
    }

    private static func piece(_ chapter: Int, _ offset: Int = 0) -> FilePiece {
        FilePiece(.chapter(chapter, offset: offset), byteCount: 10)
    }

    /// The base has two packs with three chapters, the journal one of one, and two were written.
    private static func base() throws -> BackupBase {
        let manifest = BackupManifest(
            facts: try BackupStage().facts(),
            packs: [.init(id: pack(1, 1), byteCount: 5000), .init(id: pack(1, 2), byteCount: 6000)],
            chapters: [chapter(0), chapter(1, pack: 1), chapter(2)])
        let frame = JournalFrame(pack: pack(2, 7), packByteCount: 7000, chapters: [chapter(3)], blocks: [])
        return BackupBase(
            BlockIndex(places: [], readers: [], manifest: manifest, pageErrors: []), frames: [frame])
    }

    private static let written: [BackupLedger.Entry?] = [
        BackupLedger.Entry(pack: pack(3, 1), chapter: chapter(4)), nil,
        BackupLedger.Entry(pack: pack(3, 2), chapter: chapter(5)),
    ]

    private static func manifest(_ files: [BackupFile], _ packs: [PackID: UInt64]) throws -> BackupManifest {
        var assembly = ManifestAssembly(base: try base(), written: written, packs: packs)
        return try assembly.manifest(
            BackupStage().facts(BackupStage.id(3)), directories: [], links: [], files: files)
    }

    @Test func onlyWhatIsUsedIsNamedInTheOrderOfItsUse() throws {
        let made = try Self.manifest(
            [
                Self.file("a", [Self.piece(6), Self.piece(1), FilePiece(.zeros, byteCount: 4)]),
                Self.file("b", [Self.piece(3, 5), Self.piece(6, 20)]), Self.file("c", [Self.piece(4)]),
            ],
            [Self.pack(3, 1): 1000, Self.pack(3, 2): 2000])
        #expect(made.packs.map(\.id) == [Self.pack(3, 2), Self.pack(1, 2), Self.pack(2, 7), Self.pack(3, 1)])
        #expect(made.packs.map(\.byteCount) == [2000, 6000, 7000, 1000])
        #expect(made.chapters.map(\.number) == [5, 1, 3, 4])
        #expect(made.chapters.map(\.pack) == [0, 1, 2, 3])
        #expect(made.files[0].pieces == [Self.piece(0), Self.piece(1), FilePiece(.zeros, byteCount: 4)])
        #expect(made.files[1].pieces == [Self.piece(2, 5), Self.piece(0, 20)])
        #expect(made.files[2].pieces == [Self.piece(3)])
    }

    @Test(arguments: [5, 7, 99]) func aChapterThatWasNeverWrittenIsAFault(number: Int) {
        let error = #expect(throws: OperationError.self) {
            try Self.manifest([Self.file("a", [Self.piece(number)])], [Self.pack(3, 1): 1000, Self.pack(3, 2): 2000])
        }
        #expect(error?.code == .internalFault)
    }

    @Test func aPackThatIsNotDurableIsAFault() {
        let error = #expect(throws: OperationError.self) {
            try Self.manifest([Self.file("a", [Self.piece(4)])], [:])
        }
        #expect(error?.code == .internalFault)
    }

    // MARK: - Files of spans

    private static let scanned = ScannedFile(path: "f", mode: 0o600, size: 99, modified: 1, changed: 2, inode: 3)

    private static func span(
        _ start: Int, _ length: Int, chapter: Int, isShort: Bool = false, isMissing: Bool = false
    ) -> SpanResult {
        var result = SpanResult(start: UInt64(start))
        if length > 0 {
            result.pieces.append(FilePiece(.chapter(chapter, offset: 0), byteCount: length))
            result.checksum?.update(octets: Array(repeating: UInt8(chapter), count: length))
            for number in 0..<BackupBlock.count(size: UInt64(length)) {
                result.hashes.append(BlockHash(high: UInt64(chapter), low: UInt64(number)))
            }
        }
        result.isShort = isShort
        result.isMissing = isMissing
        return result
    }

    private static let block = BackupBlock.byteCount

    @Test func spansComeInAnyOrder() throws {
        var random = SeededRandom("spans")
        let spans = (0..<6).map { Self.span($0 * Self.block, Self.block, chapter: $0 + 1) }
        let file = try #require(ManifestAssembly.file(Self.scanned, spans.shuffled(using: &random)))
        #expect(file.size == UInt64(6 * Self.block))
        #expect(file.pieces.count == 6 && file.hashes.map(\.high) == [1, 2, 3, 4, 5, 6])
        var checksum = CRC32C()
        for number in 1...6 { checksum.update(octets: Array(repeating: UInt8(number), count: Self.block)) }
        #expect(file.checksum == checksum.value)
    }

    @Test func aFileEndsWhereASpanWasShortOrMissing() throws {
        let block = Self.block
        let short = try #require(
            ManifestAssembly.file(
                Self.scanned,
                [
                    Self.span(0, block, chapter: 1), Self.span(block, 77, chapter: 2, isShort: true),
                    Self.span(2 * block, block, chapter: 3),
                ]))
        #expect(short.size == UInt64(block + 77) && short.hashes.count == 2)
        // Cut at the very end of a span, and longer again: the next one does not follow.
        let cut = try #require(
            ManifestAssembly.file(
                Self.scanned,
                [
                    Self.span(0, block, chapter: 1), Self.span(block, 0, chapter: 2, isShort: true),
                    Self.span(2 * block, block, chapter: 3),
                ]))
        #expect(cut.size == UInt64(block) && cut.hashes.count == 1)
        let gone = try #require(
            ManifestAssembly.file(
                Self.scanned, [Self.span(0, block, chapter: 1), Self.span(block, 0, chapter: 2, isMissing: true)]))
        #expect(gone.size == UInt64(block))
        #expect(
            ManifestAssembly.file(
                Self.scanned, [Self.span(block, block, chapter: 1), Self.span(0, 0, chapter: 2, isMissing: true)])
                == nil)
    }

    @Test func anEmptyFileIsOne() throws {
        let file = try #require(ManifestAssembly.file(Self.scanned, [Self.span(0, 0, chapter: 1)]))
        #expect(file.size == 0 && file.pieces.isEmpty && file.hashes.isEmpty && file.checksum == 0)
    }

    @Test func withoutAllItsBytesThereIsNoChecksum() throws {
        var second = Self.span(Self.block, Self.block, chapter: 2)
        second.checksum = nil
        let file = try #require(ManifestAssembly.file(Self.scanned, [Self.span(0, Self.block, chapter: 1), second]))
        #expect(file.checksum == nil && file.size == UInt64(2 * Self.block))
    }
}
