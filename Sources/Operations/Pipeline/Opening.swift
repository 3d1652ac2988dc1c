import Codec
import Format
import Storage
import Stream

/// The sequential half of opening: bytes of the object in, messages out.
struct Opening: ~Copyable {
    private let reader: ObjectReader
    private var opener: StreamOpener
    private var piece: FrozenBlock?
    private var position = 0
    private var isExhausted = false

    init(reader: ObjectReader, opener: consuming StreamOpener) {
        self.reader = reader
        self.opener = opener
    }

    /// Reads up to the end of the header.
    mutating func header() throws(OperationError) -> StreamLayout {
        // The header needs no room: it goes to the opener's own staging.
        var nowhere = Block(capacity: 1)
        if case .header(let layout) = try advance(into: &nowhere) { return layout }
        _ = try finish(ContentDigest(nil, name: reader.key).finish())
        throw .gaveUp("open", reader.key.path)
    }

    /// Appends the data of the next message to `data`; nil behind the last one.
    mutating func message(into data: inout Block) throws(OperationError) -> OpenedMessage? {
        guard !isExhausted else { return nil }
        guard case .message(let message) = try advance(into: &data) else { return nil }
        isExhausted = message.isFinal
        return message
    }

    /// Reads the rest of the object and checks its end against what the content turned out to be.
    mutating func finish(_ content: ContentSummary) throws(OperationError) -> StreamReport {
        var nowhere = Block(capacity: 1)
        _ = try advance(into: &nowhere)
        do throws(CodecError) {
            return try opener.finish(content)
        } catch {
            throw OperationError(error)
        }
    }

    /// Feeds the opener until something comes out of it or the object ends, which is `needsInput`.
    private mutating func advance(into output: inout Block) throws(OperationError) -> StreamOpener.Step {
        while let piece = try current() {
            let step = try feed(piece, &output)
            if step != .needsInput { return step }
        }
        return .needsInput
    }

    private mutating func feed(
        _ piece: FrozenBlock, _ output: inout Block
    ) throws(OperationError) -> StreamOpener.Step {
        do throws(CodecError) {
            let advance = try piece.withBytes { (bytes) throws(CodecError) in
                let rest = bytes.extracting(position..<bytes.byteCount)
                return try output.append { (span) throws(CodecError) in try opener.advance(rest, into: &span) }
            }
            position += advance.consumedByteCount
            return advance.step
        } catch {
            throw OperationError(error)
        }
    }

    /// The piece with bytes left to feed; nil at the object's end.
    private mutating func current() throws(OperationError) -> FrozenBlock? {
        if let piece, position < piece.count { return piece }
        // Let go of it before reading: after a failure another member must not be fed the old piece again.
        piece = nil
        position = 0
        do throws(StoreError) {
            piece = try reader.next()
        } catch {
            throw OperationError(error)
        }
        return piece
    }
}
