import Codec
import Format
import Platform
import Storage
import Stream

/// A pack while it is written: sealed chapters in, chunks out to every repository. Belongs to one thread.
final class OpenPack {
    let id: PackID
    let key: ObjectKey
    let fileKey: SharedFileKey
    let writer: RepositoryWriter
    private let chunks: BlockPool
    private let limit: RateLimit
    private var chunk: Block?
    private var entries: [PackDirectory.Entry] = []
    /// Bytes of chapters so far.
    private(set) var byteCount: UInt64 = 0

    /// Where a chapter goes that its pack's directory does not have yet.
    private static let pending = PackDirectory.Entry(offset: 0, byteCount: 0)

    init(
        _ id: PackID, key: ObjectKey, fileKey: SharedFileKey, repositories: [Repository], chunks: BlockPool,
        limit: RateLimit
    ) {
        self.id = id
        self.key = key
        self.fileKey = fileKey
        self.chunks = chunks
        self.limit = limit
        writer = RepositoryWriter(repositories, key: key, patience: .full, until: .never)
    }

    deinit {
        if let chunk = chunk.take() { chunks.give(chunk) }
    }

    /// The number of the next chapter. Chapters may be written in another order than they are begun.
    func beginChapter() -> Int {
        entries.append(Self.pending)
        return entries.count - 1
    }

    /// Writes a sealed chapter and returns where it begins.
    func write(_ chapter: RawSpan, number: Int) throws(OperationError) -> UInt64 {
        let offset = byteCount
        entries[number] = PackDirectory.Entry(offset: offset, byteCount: UInt32(chapter.byteCount))
        try append(chapter)
        byteCount += UInt64(chapter.byteCount)
        return offset
    }

    /// Writes the directory; what remains is to commit. Returns the bytes of the whole pack.
    func finish() throws(OperationError) -> UInt64 {
        let directory = PackDirectory(entries: entries).encode()
        try directory.withRawSpan { (bytes) throws(OperationError) in try append(bytes) }
        try handOver()
        return byteCount + UInt64(directory.count)
    }

    func abort() { writer.abort() }

    private func append(_ bytes: RawSpan) throws(OperationError) {
        limit.wait(byteCount: bytes.byteCount)
        var offset = 0
        while offset < bytes.byteCount {
            guard var block = chunk.take() ?? chunks.take() else {
                throw .gaveUp("store", key.path)
            }
            let length = min(block.remaining, bytes.byteCount - offset)
            block.append(bytes.extracting(offset..<offset + length))
            offset += length
            let isFull = block.remaining == 0
            chunk = consume block
            if isFull { try handOver() }
        }
    }

    private func handOver() throws(OperationError) {
        guard let block = chunk.take(), block.count > 0 else { return }
        try writer.write(FrozenBlock(freezing: block, pool: chunks))
    }
}
