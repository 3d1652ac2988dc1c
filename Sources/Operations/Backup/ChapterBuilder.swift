import Codec
import Format
import Stream

/// Makes one chapter after another: content in, sealed bytes out. Belongs to one thread; its buffers are used again.
final class ChapterBuilder {
    /// A chapter that was begun.
    struct Open {
        /// In the ledger.
        let index: Int
        /// In its pack.
        let number: Int
        var contentByteCount = 0
    }

    private let settings: ChapterSettings
    private var encoder: BlockEncoder?
    private var sealer: StreamSealer?
    /// Content that does not fill a block yet.
    private var staging: Block
    private var encoded: Block
    private var sealed = Block(capacity: BackupChapter.sealedBytesMax)
    private(set) var open: Open?

    init(_ settings: ChapterSettings) {
        self.settings = settings
        staging = Block(capacity: settings.parameters.layout.blockSize.byteCount)
        encoded = Block(capacity: settings.parameters.layout.dataByteCountMax)
    }

    /// Bytes one builder occupies.
    static func byteCount(_ settings: ChapterSettings) -> Int {
        let layout = settings.parameters.layout
        return layout.blockSize.byteCount + layout.dataByteCountMax + BackupChapter.sealedBytesMax
            + ZstdCompressor.contextByteCountMax(blockByteCount: layout.blockSize.byteCount, level: settings.level)
    }

    /// Content that still fits; 0 when no chapter is open.
    var room: Int { open.map { BackupChapter.contentBytesMax - $0.contentByteCount } ?? 0 }

    /// Begins a chapter of `pack`; none is open.
    func begin(index: Int, number: Int, of pack: ObjectKey, _ key: SharedFileKey) throws(OperationError) {
        precondition(open == nil, "one chapter is open at a time")
        var sealer = StreamSealer(
            name: RepositoryLayout.chapterName(number, of: pack), parameters: settings.parameters, sharing: key)
        sealed.truncate()
        staging.truncate()
        do throws(CodecError) {
            if encoder == nil {
                encoder = try BlockEncoder(settings.parameters.layout, level: settings.level, for: .pages)
            }
            try sealed.append { (output) throws(CodecError) in try sealer.writeHeader(into: &output) }
        } catch {
            throw OperationError(error)
        }
        self.sealer = consume sealer
        open = Open(index: index, number: number)
    }

    /// Appends `bytes`, for which there is room and which fill at most a block; returns where they are in the content.
    func append(_ bytes: RawSpan) throws(OperationError) -> Int {
        guard let offset = open?.contentByteCount else { preconditionFailure("content goes into an open chapter") }
        precondition(bytes.byteCount <= min(room, BackupBlock.byteCount), "the caller has asked for the room")
        let first = min(bytes.byteCount, staging.remaining)
        staging.append(bytes.extracting(0..<first))
        if staging.remaining == 0 {
            try sealStaged(isFinal: false)
            staging.append(bytes.extracting(first..<bytes.byteCount))
        }
        open?.contentByteCount = offset + bytes.byteCount
        return offset
    }

    /// Ends the chapter and lends its sealed bytes. Returns what `body` returns.
    func finish<R>(
        _ body: (Open, _ codesDigest: [UInt8], RawSpan) throws(OperationError) -> R
    ) throws(OperationError) -> R {
        guard let open else { preconditionFailure("only an open chapter can be ended") }
        try sealStaged(isFinal: true)
        let content = ContentSummary(byteCount: UInt64(open.contentByteCount))
        do throws(CodecError) {
            try sealed.append { (output) throws(CodecError) in try sealer?.writeTrailer(content, into: &output) }
        } catch {
            throw OperationError(error)
        }
        let digest = sealer?.codesDigest ?? []
        sealer = nil
        self.open = nil
        return try sealed.withBytes { (bytes) throws(OperationError) in try body(open, digest, bytes) }
    }

    private func sealStaged(isFinal: Bool) throws(OperationError) {
        try staging.withBytes { (bytes) throws(OperationError) in try seal(bytes, isFinal: isFinal) }
        staging.truncate()
    }

    private func seal(_ content: RawSpan, isFinal: Bool) throws(OperationError) {
        encoded.truncate()
        do throws(CodecError) {
            try encoded.append { (output) throws(CodecError) in try encoder?.encode(content, into: &output) }
            try encoded.withBytes { (data) throws(CodecError) in
                try sealed.append { (output) throws(CodecError) in
                    try sealer?.seal(data, isFinal: isFinal, into: &output)
                }
            }
        } catch {
            throw OperationError(error)
        }
    }
}
