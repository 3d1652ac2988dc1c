/// A run of bytes of a file, and where they are stored.
package struct FilePiece: Equatable, Sendable {
    package enum Source: Equatable, Sendable {
        /// All bytes are zero; nothing is stored.
        case zeros
        /// In the content of a chapter (an index into the manifest's list) from an offset on.
        case chapter(Int, offset: Int)
    }

    /// A run has at most so many bytes, so that it fits into 32 bits; a longer one is two.
    package static let byteCountMax = 1 << 30

    private let chapter: Int32
    private let start: UInt32
    private let length: UInt32

    private static let zeroChapter: Int32 = -1

    package init(_ source: Source, byteCount: Int) {
        precondition(byteCount > 0 && byteCount <= Self.byteCountMax, "a piece has some bytes, and not too many")
        length = UInt32(byteCount)
        switch source {
        case .zeros:
            chapter = Self.zeroChapter
            start = 0
        case .chapter(let index, let offset):
            chapter = Int32(index)
            start = UInt32(offset)
        }
    }

    package var byteCount: Int { Int(length) }

    package var source: Source {
        chapter == Self.zeroChapter ? .zeros : .chapter(Int(chapter), offset: Int(start))
    }

    /// The bytes of `range`, counted from the piece's own start.
    package func slice(_ range: Range<Int>) -> FilePiece {
        precondition(range.lowerBound >= 0 && range.upperBound <= byteCount, "a slice lies within its piece")
        switch source {
        case .zeros: return FilePiece(.zeros, byteCount: range.count)
        case .chapter(let index, let offset):
            return FilePiece(.chapter(index, offset: offset + range.lowerBound), byteCount: range.count)
        }
    }

    /// This piece and the next one as one; nil when they do not lie next to each other.
    package func joined(with next: FilePiece) -> FilePiece? {
        guard byteCount + next.byteCount <= Self.byteCountMax else { return nil }
        switch (source, next.source) {
        case (.zeros, .zeros): return FilePiece(.zeros, byteCount: byteCount + next.byteCount)
        case (.chapter(let one, let offset), .chapter(let other, let start)) where one == other:
            guard offset + byteCount == start else { return nil }
            return FilePiece(.chapter(one, offset: offset), byteCount: byteCount + next.byteCount)
        default: return nil
        }
    }
}

/// The pieces of a file in order, the longest runs that there are.
package struct FilePieces: Equatable, Sendable {
    package private(set) var all: [FilePiece] = []
    package private(set) var byteCount: UInt64 = 0

    package init() {}

    package mutating func append(_ piece: FilePiece) {
        byteCount += UInt64(piece.byteCount)
        if let last = all.last, let joined = last.joined(with: piece) {
            all[all.count - 1] = joined
        } else {
            all.append(piece)
        }
    }

    /// Appends zeros of any length.
    package mutating func append(zeros byteCount: UInt64) {
        var rest = byteCount
        while rest > 0 {
            let length = Int(min(rest, UInt64(FilePiece.byteCountMax)))
            append(FilePiece(.zeros, byteCount: length))
            rest -= UInt64(length)
        }
    }
}
