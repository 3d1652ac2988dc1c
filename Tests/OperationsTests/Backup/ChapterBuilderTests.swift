import Codec
import Format
import Operations
import Stream
import TestSupport
import Testing

@testable import Operations

@Suite struct ChapterBuilderTests {
    private static let pack = RepositoryLayout.key(
        of: required(PackID(backup: BackupStage.id(1), ordinal: 1)), in: WAL.cluster)

    /// Puts the parts into one chapter; where each of them went, and the sealed bytes.
    private static func chapter(
        _ parts: [[UInt8]], _ builder: ChapterBuilder, _ key: SharedFileKey, number: Int
    ) throws -> (offsets: [Int], digest: [UInt8], sealed: [UInt8]) {
        try builder.begin(index: 70 + number, number: number, of: pack, key)
        var offsets: [Int] = []
        for part in parts { offsets.append(try builder.append(part.span.bytes)) }
        return try builder.finish { (open, digest, bytes) throws(OperationError) in
            #expect(open.index == 70 + number && open.number == number)
            #expect(open.contentByteCount == parts.reduce(0) { $0 + $1.count })
            return (offsets, digest, bytes.withUnsafeBytes { Array($0) })
        }
    }

    private static func check(
        _ parts: [[UInt8]], _ made: (offsets: [Int], digest: [UInt8], sealed: [UInt8]), number: Int
    ) throws {
        let opened = try OpenedChapter(made.sealed, as: RepositoryLayout.chapterName(number, of: pack))
        #expect(opened.content == parts.flatMap(\.self))
        #expect(opened.codesDigest == made.digest)
        #expect(made.sealed.count <= BackupChapter.sealedBytesMax)
        for (part, offset) in zip(parts, made.offsets) {
            #expect(Array(opened.content[offset..<offset + part.count]) == part)
        }
    }

    private static func parts(_ random: inout SeededRandom) -> [[UInt8]] {
        var parts: [[UInt8]] = []
        var room = BackupChapter.contentBytesMax
        let wholeShare = random.fraction()
        for _ in 0..<Int.random(in: 0...80, using: &random) {
            let isWhole = random.fraction() < wholeShare
            let length = isWhole ? BackupBlock.byteCount : Int.random(in: 1...20_000, using: &random)
            guard length <= room else { break }
            room -= length
            parts.append(Bool.random(using: &random) ? random.noise(length) : Array(repeating: 5, count: length))
        }
        return parts
    }

    /// One builder makes chapter after chapter, of whatever mix.
    @Test func whatWasPutInIsOpenedAgain() throws {
        var random = SeededRandom("chapters")
        let settings = try Cast.chapters()
        let builder = ChapterBuilder(settings)
        let key = try SharedFileKey(settings.parameters)
        for number in 0..<25 {
            let parts = Self.parts(&random)
            try Self.check(parts, Self.chapter(parts, builder, key, number: number), number: number)
        }
    }

    @Test func aFullChapterOfBytesThatDoNotCompressFits() throws {
        var random = SeededRandom("full chapter")
        let settings = try Cast.chapters()
        let builder = ChapterBuilder(settings)
        let key = try SharedFileKey(settings.parameters)
        let blocks = (0..<32).map { _ in random.noise(BackupBlock.byteCount) }
        try Self.check(blocks, Self.chapter(blocks, builder, key, number: 0), number: 0)
        // The same in pieces that straddle the blocks.
        let octets = blocks.flatMap(\.self)
        let pieces = stride(from: 0, to: octets.count, by: 100_001).map {
            Array(octets[$0..<min($0 + 100_001, octets.count)])
        }
        try Self.check(pieces, Self.chapter(pieces, builder, key, number: 1), number: 1)
    }

    @Test func aChapterOpensUnderItsOwnNameOnly() throws {
        let settings = try Cast.chapters()
        let made = try Self.chapter(
            [[1, 2, 3]], ChapterBuilder(settings), SharedFileKey(settings.parameters), number: 4)
        #expect(throws: CodecError.self) {
            try OpenedChapter(made.sealed, as: RepositoryLayout.chapterName(5, of: Self.pack))
        }
        #expect(throws: CodecError.self) {
            try OpenedChapter(made.sealed, as: RepositoryLayout.chapterName(4, of: Self.pack), [Cast.mallory])
        }
    }

    /// Chapters of one pack share the file key, and have a nonce of their own: the same content looks different.
    @Test func equalChaptersDoNotLookEqual() throws {
        let settings = try Cast.chapters()
        let builder = ChapterBuilder(settings)
        let key = try SharedFileKey(settings.parameters)
        let one = try Self.chapter([[1, 2, 3]], builder, key, number: 4)
        let other = try Self.chapter([[1, 2, 3]], builder, key, number: 4)
        #expect(one.sealed.suffix(300) != other.sealed.suffix(300) && one.digest != other.digest)
    }

    @Test func thereIsRoomForSoMuch() throws {
        let settings = try Cast.chapters()
        let builder = ChapterBuilder(settings)
        #expect(builder.room == 0)
        try builder.begin(index: 0, number: 0, of: Self.pack, SharedFileKey(settings.parameters))
        #expect(builder.room == BackupChapter.contentBytesMax)
        _ = try builder.append(([1, 2, 3] as [UInt8]).span.bytes)
        #expect(builder.room == BackupChapter.contentBytesMax - 3)
        try builder.finish { (_, _, _) throws(OperationError) in }
        #expect(builder.room == 0 && builder.open == nil)
    }
}
