import Format

/// Walks along the pieces of a file and cuts out what lies in ever later ranges.
struct PieceCursor {
    private let pieces: [FilePiece]
    private var index = 0
    /// Where in the file the current piece begins.
    private var start: UInt64 = 0

    init(_ pieces: [FilePiece]) {
        self.pieces = pieces
    }

    /// What makes up the bytes of `range`, as far as there are pieces. Ranges ascend from call to call.
    mutating func take(_ range: Range<UInt64>) -> [FilePiece] {
        var cut: [FilePiece] = []
        while index < pieces.count, start < range.upperBound {
            let piece = pieces[index]
            let end = start + UInt64(piece.byteCount)
            let lower = max(start, range.lowerBound)
            let upper = min(end, range.upperBound)
            if lower < upper { cut.append(piece.slice(Int(lower - start)..<Int(upper - start))) }
            guard end <= range.upperBound else { break }
            start = end
            index += 1
        }
        return cut
    }
}
