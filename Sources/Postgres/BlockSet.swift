/// Which of 65,536 neighbouring blocks are meant: as a list while they are few, then as one bit each, as in
/// PostgreSQL's block reference tables (common/blkreftable.c).
enum BlockSet: Equatable, Sendable {
    /// Offsets in any order, perhaps several times.
    case list([UInt16])
    /// One bit per block, the lowest first.
    case bits([UInt64])

    static let blockCount: UInt32 = 65_536
    /// Beyond these a list takes more room than the bits do.
    static let listCountMax = 4096
    private static let wordCount = Int(blockCount) / 64

    /// Bytes of the numbers themselves.
    var byteCount: Int {
        switch self {
        case .list(let offsets): offsets.count * 2
        case .bits(let words): words.count * 8
        }
    }

    mutating func insert(_ more: [UInt16]) {
        switch self {
        case .list(var offsets) where offsets.count + more.count < Self.listCountMax:
            self = .list([])
            offsets += more
            self = .list(offsets)
        case .list(let offsets): self = .bits(Self.bits(offsets + more))
        case .bits(var words):
            self = .bits([])
            for offset in more { words[Int(offset) / 64] |= 1 << UInt64(offset % 64) }
            self = .bits(words)
        }
    }

    /// `more` has a bit for each of the blocks.
    mutating func unite(_ more: [UInt64]) {
        var words =
            switch self {
            case .list(let offsets): Self.bits(offsets)
            case .bits(let words): words
            }
        self = .bits([])
        for index in words.indices { words[index] |= more[index] }
        self = .bits(words)
    }

    /// Ascending, each once.
    var offsets: [UInt16] {
        switch self {
        case .list(let offsets):
            var ascending: [UInt16] = []
            for offset in offsets.sorted() where ascending.last != offset { ascending.append(offset) }
            return ascending
        case .bits(let words):
            return words.indices.flatMap { index in
                (0..<64).filter { words[index] >> UInt64($0) & 1 == 1 }.map { UInt16(index * 64 + $0) }
            }
        }
    }

    private static func bits(_ offsets: [UInt16]) -> [UInt64] {
        var words = [UInt64](repeating: 0, count: wordCount)
        for offset in offsets { words[Int(offset) / 64] |= 1 << UInt64(offset % 64) }
        return words
    }
}
