import Format

/// Which blocks of a chapter's content somebody wants: one bit for each, so that a plan for a million of them is small.
package struct ChapterBlocks: Equatable, Sendable {
    private var bits: UInt64

    /// One bit for each block of the longest chapter.
    package static let countMax = BackupChapter.contentBytesMax / BackupBlock.byteCount

    package static let none = ChapterBlocks(bits: 0)
    package static let all = ChapterBlocks(bits: .max)

    private init(bits: UInt64) {
        self.bits = bits
    }

    package var isEmpty: Bool { bits == 0 }

    package func contains(_ block: Int) -> Bool { block < UInt64.bitWidth && bits >> UInt64(block) & 1 == 1 }

    /// Whether anything of `range`, which is not empty, is wanted.
    package func meets(_ range: Range<Int>) -> Bool {
        let first = range.lowerBound / BackupBlock.byteCount
        let last = min((range.upperBound - 1) / BackupBlock.byteCount, Self.countMax - 1)
        return first <= last && (first...last).contains(where: contains)
    }

    /// Wants the blocks that hold the bytes of `range`, which is not empty and counted in the chapter's content.
    package mutating func insert(_ range: Range<Int>) {
        precondition(
            !range.isEmpty && range.lowerBound >= 0 && range.upperBound <= BackupChapter.contentBytesMax,
            "a range of content lies within a chapter")
        let first = range.lowerBound / BackupBlock.byteCount
        let last = (range.upperBound - 1) / BackupBlock.byteCount
        for block in first...last { bits |= 1 << UInt64(block) }
    }
}
