package import Codec
package import Format
import Stream

/// Opens chapters of packs from their sealed bytes, one after the other; one for each thread.
///
/// Every message is authenticated, and only the blocks that are asked for are decompressed. The buffers and the decoder
/// are used again and again.
package final class ChapterReader {
    private let cluster: ClusterName
    private let parameters: OpenParameters
    private var decoder: BlockDecoder?
    private var layout: StreamLayout?
    private var data = Block(capacity: 1)
    private var content = Block(capacity: 1)

    /// - Parameter parameters: with the identities; share their file keys, for each pack repeats one. Chapters bear no
    ///   signature of their own, as the signed manifest names their codes.
    package init(_ cluster: ClusterName, _ parameters: OpenParameters) {
        self.cluster = cluster
        self.parameters = parameters
    }

    /// Parameters for reading chapters, for all readers of a process: those at hand, without signers, and with one
    /// memory of file keys.
    package static func parameters(_ parameters: OpenParameters) -> OpenParameters {
        OpenParameters(
            identities: parameters.identities, acceptsUnencrypted: parameters.acceptsUnencrypted,
            fileKeys: FileKeyCache())
    }

    /// Bytes that one reader occupies.
    package static let byteCount: Int = {
        let layout = StreamLayout(cipher: .secretstream, compression: .zstd, blockSize: .standard)
        return OpenScratch.byteCount(layout) + StreamOpener.stagingByteCount(layout)
    }()

    /// Hands the blocks that are wanted to `body`, in order, each with its offset in the chapter's content.
    ///
    /// Only after it has returned are they known to be the chapter's: then the stream was whole, and the one that the
    /// manifest means, by the digest of its codes.
    ///
    /// - Parameters:
    ///   - sealed: the chapter's bytes in its pack.
    ///   - pack: the pack it is in.
    package func read(
        _ chapter: BackupChapter, of pack: PackID, _ sealed: RawSpan, wanting wanted: ChapterBlocks = .all,
        _ body: (_ block: RawSpan, _ offset: Int) throws(OperationError) -> Void
    ) throws(OperationError) {
        let name = RepositoryLayout.chapterName(chapter.number, of: RepositoryLayout.key(of: pack, in: cluster))
        guard sealed.byteCount == chapter.sealedByteCount else {
            throw Self.damaged(name, "\(sealed.byteCount) bytes came instead of \(chapter.sealedByteCount)")
        }
        var opener = StreamOpener(name: name, parameters: parameters)
        var position = 0
        var byteCount = 0
        while position < sealed.byteCount {
            let advance = try advance(&opener, sealed.extracting(position..<sealed.byteCount))
            position += advance.consumedByteCount
            switch advance.step {
            case .needsInput: continue
            case .header(let layout): try prepare(layout, name)
            case .message(let message):
                byteCount += try take(message, at: byteCount, of: chapter, name, wanted, body)
            }
        }
        try finish(&opener, chapter, name, byteCount)
    }

    private func advance(
        _ opener: inout StreamOpener, _ input: RawSpan
    ) throws(OperationError) -> StreamOpener.Advance {
        data.truncate()
        do throws(CodecError) {
            return try data.append { (output) throws(CodecError) in try opener.advance(input, into: &output) }
        } catch {
            throw OperationError(error)
        }
    }

    private func prepare(_ layout: StreamLayout, _ name: ObjectKey) throws(OperationError) {
        guard layout != self.layout else { return }
        do throws(CodecError) { decoder = try BlockDecoder(layout) } catch { throw OperationError(error) }
        data = Block(capacity: layout.dataByteCountMax)
        content = Block(capacity: layout.blockSize.byteCount)
        self.layout = layout
    }

    /// The length of the block. That of the last one is known only when it is decoded; all others are full.
    private func take(
        _ message: OpenedMessage, at offset: Int, of chapter: BackupChapter, _ name: ObjectKey,
        _ wanted: ChapterBlocks, _ body: (RawSpan, Int) throws(OperationError) -> Void
    ) throws(OperationError) -> Int {
        let isWanted = offset < chapter.contentByteCount && wanted.meets(offset..<offset + content.capacity)
        guard isWanted || message.isFinal else { return content.capacity }
        content.truncate()
        do throws(CodecError) {
            try data.withBytes { (data) throws(CodecError) in
                try content.append { (output) throws(CodecError) in
                    try decoder?.decode(data, of: message, into: &output)
                }
            }
        } catch {
            throw OperationError(error, object: name.path)
        }
        guard content.count <= chapter.contentByteCount - min(offset, chapter.contentByteCount) else {
            throw Self.damaged(name, "it holds more than \(chapter.contentByteCount) bytes")
        }
        if isWanted { try content.withBytes { (bytes) throws(OperationError) in try body(bytes, offset) } }
        return content.count
    }

    private func finish(
        _ opener: inout StreamOpener, _ chapter: BackupChapter, _ name: ObjectKey, _ byteCount: Int
    ) throws(OperationError) {
        let report: StreamReport
        do throws(CodecError) {
            report = try opener.finish(ContentSummary(byteCount: UInt64(byteCount)))
        } catch {
            throw OperationError(error)
        }
        guard byteCount == chapter.contentByteCount else {
            throw Self.damaged(name, "it holds \(byteCount) bytes instead of \(chapter.contentByteCount)")
        }
        guard report.codesDigest == chapter.codesDigest else {
            throw Self.damaged(name, "this is another chapter than the one that the manifest means")
        }
    }

    private static func damaged(_ name: ObjectKey, _ cause: String) -> OperationError {
        OperationError(.damaged, operation: "open", object: name.path, cause: cause)
    }
}
