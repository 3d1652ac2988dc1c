import Format
import TestSupport
import Testing

@Suite struct FilePieceTests {
    private static func stored(_ chapter: Int, _ offset: Int, _ byteCount: Int) -> FilePiece {
        FilePiece(.chapter(chapter, offset: offset), byteCount: byteCount)
    }

    private static func zeros(_ byteCount: Int) -> FilePiece { FilePiece(.zeros, byteCount: byteCount) }

    @Test func keepsWhatItIsMadeOf() {
        let piece = Self.stored(Int(Int32.max), BackupChapter.contentBytesMax, FilePiece.byteCountMax)
        #expect(piece.byteCount == FilePiece.byteCountMax)
        #expect(piece.source == .chapter(Int(Int32.max), offset: BackupChapter.contentBytesMax))
        #expect(Self.zeros(1).source == .zeros)
    }

    @Test func aSliceLiesWithin() {
        #expect(Self.stored(3, 100, 50).slice(10..<30) == Self.stored(3, 110, 20))
        #expect(Self.stored(3, 100, 50).slice(0..<50) == Self.stored(3, 100, 50))
        #expect(Self.zeros(50).slice(10..<30) == Self.zeros(20))
    }

    @Test func neighboursAreJoined() {
        #expect(Self.stored(3, 100, 50).joined(with: Self.stored(3, 150, 1)) == Self.stored(3, 100, 51))
        #expect(Self.zeros(5).joined(with: Self.zeros(6)) == Self.zeros(11))
        for (one, other) in [
            (Self.stored(3, 100, 50), Self.stored(3, 151, 1)), (Self.stored(3, 100, 50), Self.stored(3, 149, 1)),
            (Self.stored(3, 100, 50), Self.stored(4, 150, 1)), (Self.stored(3, 100, 50), Self.zeros(1)),
            (Self.zeros(1), Self.stored(3, 0, 1)), (Self.zeros(FilePiece.byteCountMax), Self.zeros(1)),
        ] {
            #expect(one.joined(with: other) == nil)
        }
    }

    @Test func aFileHasTheLongestRuns() {
        var pieces = FilePieces()
        for piece in [
            Self.stored(0, 0, 8192), Self.stored(0, 8192, 8192), Self.zeros(10), Self.zeros(20),
            Self.stored(0, 16384, 1),
        ] {
            pieces.append(piece)
        }
        #expect(pieces.all == [Self.stored(0, 0, 16384), Self.zeros(30), Self.stored(0, 16384, 1)])
        #expect(pieces.byteCount == 16415)
    }

    @Test func zerosOfAnyLengthAreCut() {
        var pieces = FilePieces()
        pieces.append(zeros: 0)
        #expect(pieces.all.isEmpty)
        pieces.append(zeros: UInt64(FilePiece.byteCountMax) * 2 + 5)
        #expect(pieces.all.map(\.byteCount) == [FilePiece.byteCountMax, FilePiece.byteCountMax, 5])
        pieces.append(zeros: 7)
        #expect(pieces.all.last == Self.zeros(12))
        #expect(pieces.byteCount == UInt64(FilePiece.byteCountMax) * 2 + 12)
    }

    /// Cut anywhere and put together again, a file is the same.
    @Test func slicesJoinToWhatTheyWereCutFrom() {
        var random = SeededRandom("FilePieceTests.slicesJoinToWhatTheyWereCutFrom")
        for _ in 0..<200 {
            let whole = Self.stored(
                1, Int.random(in: 0...100, using: &random), Int.random(in: 1...1000, using: &random))
            var pieces = FilePieces()
            var start = 0
            while start < whole.byteCount {
                let end = Int.random(in: start + 1...whole.byteCount, using: &random)
                pieces.append(whole.slice(start..<end))
                start = end
            }
            #expect(pieces.all == [whole])
        }
    }

    @Test(arguments: [(0, 0), (1, 1), (131_072, 1), (131_073, 2), (1 << 40, 8_388_608)] as [(UInt64, Int)])
    func blocksOfAFile(size: UInt64, count: Int) {
        #expect(BackupBlock.count(size: size) == count)
    }
}
