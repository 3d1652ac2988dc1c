package import Format
import Stream

/// A run of bytes of one file on its way back.
package struct RestoreSegment: Equatable, Sendable {
    package enum Source: Equatable, Sendable {
        case chapter(Int, offset: Int)
        case zeros
        /// The file that is there has these bytes already; their CRC-32C.
        case kept(UInt32)
    }

    /// Index of the file in the manifest.
    package let file: Int
    package let offset: UInt64
    package let byteCount: Int
    package let source: Source

    package init(file: Int, offset: UInt64, byteCount: Int, source: Source) {
        self.file = file
        self.offset = offset
        self.byteCount = byteCount
        self.source = source
    }
}

/// What of a file is there already.
package enum FileState: Equatable, Sendable {
    /// Nothing, or nothing that is of use.
    case absent
    /// Everything; the CRC-32C of it.
    case whole(UInt32)
    /// Some blocks: for each of the file's blocks its CRC-32C, or nil when it has to be written.
    case partly([UInt32?])
}

/// Everything that a restore has to write, and which blocks of which chapters it needs for that.
package struct RestoreWork: Sendable {
    /// In the order of files, and within a file of offsets; none for files that are there whole.
    package let segments: [RestoreSegment]
    /// For each file the range of its segments.
    package let ranges: [Range<Int>]
    /// For each chapter of the manifest the blocks that are wanted.
    package let wanted: [ChapterBlocks]
    /// Indices of segments by the chapters they come from, and in it by their offsets.
    private let byChapter: [Int32]
    /// For each chapter where its part of `byChapter` begins.
    private let starts: [Int32]

    /// - Parameter states: of each file of the manifest; absent beyond the end.
    package init(_ manifest: BackupManifest, _ states: [FileState] = []) {
        var segments: [RestoreSegment] = []
        var ranges: [Range<Int>] = []
        for (index, file) in manifest.files.enumerated() {
            let begin = segments.count
            Self.append(file, index, index < states.count ? states[index] : .absent, to: &segments)
            ranges.append(begin..<segments.count)
        }
        var wanted = [ChapterBlocks](repeating: .none, count: manifest.chapters.count)
        var starts = [Int32](repeating: 0, count: manifest.chapters.count + 1)
        for segment in segments {
            guard case .chapter(let chapter, let offset) = segment.source else { continue }
            wanted[chapter].insert(offset..<offset + segment.byteCount)
            starts[chapter + 1] += 1
        }
        for chapter in starts.indices.dropFirst() { starts[chapter] += starts[chapter - 1] }
        var next = starts
        var byChapter = [Int32](repeating: 0, count: Int(starts.last ?? 0))
        for (number, segment) in segments.enumerated() {
            guard case .chapter(let chapter, _) = segment.source else { continue }
            byChapter[Int(next[chapter])] = Int32(number)
            next[chapter] += 1
        }
        for chapter in manifest.chapters.indices {
            byChapter[Int(starts[chapter])..<Int(starts[chapter + 1])].sort {
                segments[Int($0)].chapterOffset < segments[Int($1)].chapterOffset
            }
        }
        self.segments = segments
        self.ranges = ranges
        self.wanted = wanted
        self.byChapter = byChapter
        self.starts = starts
    }

    /// The numbers of the segments that come from a chapter, by their offsets in it.
    package func segments(of chapter: Int) -> ArraySlice<Int32> {
        byChapter[Int(starts[chapter])..<Int(starts[chapter + 1])]
    }

    /// The chapters that are needed.
    package var chapters: [Int] { wanted.indices.filter { !wanted[$0].isEmpty } }

    /// Bytes that come out of chapters.
    package var byteCount: UInt64 {
        segments.reduce(0) { sum, segment in
            if case .chapter = segment.source { sum + UInt64(segment.byteCount) } else { sum }
        }
    }

    private static func append(
        _ file: BackupFile, _ index: Int, _ state: FileState, to segments: inout [RestoreSegment]
    ) {
        let blocks: [UInt32?]
        switch state {
        case .whole: return
        case .absent: blocks = []
        case .partly(let known): blocks = known
        }
        var offset: UInt64 = 0
        for piece in file.pieces {
            // A file of which nothing is there is taken by whole pieces.
            guard !blocks.isEmpty else {
                segments.append(segment(piece, index, offset))
                offset += UInt64(piece.byteCount)
                continue
            }
            append(piece, file, index, at: offset, blocks, to: &segments)
            offset += UInt64(piece.byteCount)
        }
    }

    /// Cuts a piece at the bounds of blocks; those that are there become one run.
    private static func append(
        _ piece: FilePiece, _ file: BackupFile, _ index: Int, at start: UInt64, _ blocks: [UInt32?],
        to segments: inout [RestoreSegment]
    ) {
        let size = UInt64(BackupBlock.byteCount)
        var position = 0
        while position < piece.byteCount {
            let offset = start + UInt64(position)
            let block = Int(offset / size)
            let end = min((UInt64(block) + 1) * size, file.size)
            let length = min(piece.byteCount - position, Int(end - offset))
            if let checksum = blocks[block] {
                // Told once, where the block begins, whatever pieces it is made of.
                if offset % size == 0 {
                    let byteCount = Int(end - offset)
                    segments.append(
                        RestoreSegment(file: index, offset: offset, byteCount: byteCount, source: .kept(checksum)))
                }
            } else {
                segments.append(segment(piece.slice(position..<position + length), index, offset))
            }
            position += length
        }
    }

    private static func segment(_ piece: FilePiece, _ index: Int, _ offset: UInt64) -> RestoreSegment {
        let source: RestoreSegment.Source =
            switch piece.source {
            case .zeros: .zeros
            case .chapter(let chapter, let offset): .chapter(chapter, offset: offset)
            }
        return RestoreSegment(file: index, offset: offset, byteCount: piece.byteCount, source: source)
    }
}

extension RestoreSegment {
    /// Where it begins in its chapter; 0 for what comes from none.
    var chapterOffset: Int {
        if case .chapter(_, let offset) = source { offset } else { 0 }
    }
}
