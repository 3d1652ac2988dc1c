import Format
import TestSupport
import Testing

@testable import Operations

@Suite struct PieceCursorTests {
    /// The pieces as bytes: each byte by where it comes from.
    private static func places(_ pieces: [FilePiece]) -> [String] {
        pieces.flatMap { piece in
            (0..<piece.byteCount).map { offset in
                switch piece.source {
                case .zeros: "0"
                case .chapter(let chapter, let start): "\(chapter):\(start + offset)"
                }
            }
        }
    }

    private static func pieces(_ random: inout SeededRandom) -> [FilePiece] {
        (0..<Int.random(in: 0...12, using: &random)).map { _ in
            let length = Int.random(in: 1...9, using: &random)
            guard Bool.random(using: &random) else { return FilePiece(.zeros, byteCount: length) }
            return FilePiece(
                .chapter(Int.random(in: 0...3, using: &random), offset: Int.random(in: 0...99, using: &random)),
                byteCount: length)
        }
    }

    @Test func cutsWhatAnyAscendingRangesAskFor() {
        var random = SeededRandom("piece cursor")
        for _ in 0..<2_000 {
            let pieces = Self.pieces(&random)
            let places = Self.places(pieces)
            var cursor = PieceCursor(pieces)
            var position = 0
            while position < places.count + 5 {
                let start = position + Int.random(in: 0...6, using: &random)
                let end = start + Int.random(in: 0...15, using: &random)
                let wanted = Array(places[min(start, places.count)..<min(end, places.count)])
                #expect(Self.places(cursor.take(UInt64(start)..<UInt64(end))) == wanted)
                position = max(end, position + 1)
            }
        }
    }

    @Test func anEmptyRangeTakesNothing() {
        var cursor = PieceCursor([FilePiece(.zeros, byteCount: 10)])
        #expect(cursor.take(3..<3).isEmpty)
        #expect(cursor.take(3..<5) == [FilePiece(.zeros, byteCount: 2)])
        #expect(cursor.take(20..<30).isEmpty)
        var none = PieceCursor([])
        #expect(none.take(0..<5).isEmpty)
    }
}
