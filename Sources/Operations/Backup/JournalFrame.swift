import Format

/// One durable pack as the journal of an unfinished backup tells it: its chapters, and which blocks of which files are
/// in them.
struct JournalFrame: Equatable, Sendable {
    struct Block: Equatable, Sendable {
        let path: String
        /// Of 128 KiB, from 0.
        let number: Int
        let hash: BlockHash
        /// Index into the frame's chapters.
        let chapter: Int
        let offset: Int
        let byteCount: Int
    }

    let pack: PackID
    let packByteCount: UInt64
    /// `BackupChapter.pack` is 0 in all of them.
    let chapters: [BackupChapter]
    let blocks: [Block]

    private static let noun = "backup journal"

    func encode() -> [UInt8] {
        var writer = OctetWriter()
        writer.text("\(pack.backup)")
        writer.number(pack.ordinal)
        writer.number(packByteCount)
        writer.number(chapters.count)
        for chapter in chapters { chapter.encode(into: &writer) }
        writer.number(blocks.count)
        var path = ""
        for block in blocks {
            // Blocks of one file come in runs. Bytes are compared: to `String`, two spellings of a letter are one.
            writer.text(block.path.utf8.elementsEqual(path.utf8) ? "" : block.path)
            path = block.path
            writer.number(block.number)
            writer.long(block.hash.high)
            writer.long(block.hash.low)
            writer.number(block.chapter)
            writer.number(block.offset)
            writer.number(block.byteCount)
        }
        return writer.octets
    }

    /// Throws for anything but what `encode` writes.
    init(_ octets: [UInt8]) throws(FormatError) {
        var reader = OctetReader(octets, of: Self.noun)
        guard let backup = BackupID(try reader.text()),
            let pack = PackID(
                backup: backup, ordinal: try reader.number(upTo: PackID.ordinals.upperBound, "the ordinal of a pack"))
        else { throw reader.wrong("a pack has an illegal name") }
        self.pack = pack
        packByteCount = try reader.number()
        var chapters: [BackupChapter] = []
        for _ in 0..<(try reader.count(of: "chapters", eachAtLeast: BackupChapter.digestByteCount)) {
            chapters.append(try BackupChapter.parse(&reader, packCount: 1))
        }
        self.chapters = chapters
        blocks = try Self.blocks(&reader, chapters)
        try reader.finish()
    }

    private static func blocks(
        _ reader: inout OctetReader, _ chapters: [BackupChapter]
    ) throws(FormatError) -> [Block] {
        var blocks: [Block] = []
        var path = ""
        for _ in 0..<(try reader.count(of: "blocks", eachAtLeast: BlockHash.byteCount)) {
            let text = try reader.text()
            path = text.isEmpty ? path : text
            let number = try reader.number(upTo: Int(UInt32.max), "the number of a block")
            let hash = BlockHash(high: try reader.long(), low: try reader.long())
            let chapter = try reader.number(upTo: chapters.count - 1, "the number of a chapter")
            let offset = try reader.number(upTo: chapters[chapter].contentByteCount, "an offset in a chapter")
            let byteCount = try reader.number(
                upTo: chapters[chapter].contentByteCount - offset, "the length of a block")
            guard byteCount > 0 else { throw reader.wrong("a block is empty") }
            blocks.append(
                Block(path: path, number: number, hash: hash, chapter: chapter, offset: offset, byteCount: byteCount))
        }
        return blocks
    }

    init(pack: PackID, packByteCount: UInt64, chapters: [BackupChapter], blocks: [Block]) {
        self.pack = pack
        self.packByteCount = packByteCount
        self.chapters = chapters
        self.blocks = blocks
    }
}
