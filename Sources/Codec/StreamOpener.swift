package import Format

/// Reads one sealed stream from bytes as they arrive, in pieces of any size.
///
/// Only opening is in sequence; decompression happens afterwards, on as many threads as there are (`BlockDecoder`).
/// Content may be used (shown to PostgreSQL, renamed into place) only after `finish` returned: before, the end may be
/// missing. After an error every further call throws the same error.
package struct StreamOpener: ~Copyable, Sendable {
    package enum Step: Equatable, Sendable {
        /// All input was consumed.
        case needsInput
        /// The header is opened: now the caller can prepare its blocks and decoders. Once, before all messages.
        case header(StreamLayout)
        /// The data of the next message was appended to the output.
        case message(OpenedMessage)
    }

    package struct Advance: Equatable, Sendable {
        /// Bytes of the input that were taken; the rest is to be given again.
        package let consumedByteCount: Int
        package let step: Step
    }

    /// What the next bytes are.
    private enum Unit { case headerPrefix, header, messagePrefix, message, trailer, nothing }

    private let name: ObjectKey
    private let parameters: OpenParameters
    private var unit = Unit.headerPrefix
    private var unitByteCount = StreamHeader.prefixByteCount
    /// Holds a unit that arrives in pieces: as large as a header first, then as a message of the stream's layout.
    private var staging = Staging(capacity: StreamHeader.byteCountMax)
    private var body: StreamBody?
    private var trailer: [UInt8]?
    private var failure: CodecError?

    package init(name: ObjectKey, parameters: OpenParameters) {
        self.name = name
        self.parameters = parameters
    }

    /// The memory an opener takes for streams of `layout`, in bytes.
    package static func stagingByteCount(_ layout: StreamLayout) -> Int {
        max(StreamHeader.byteCountMax, layout.messageByteCountMax)
    }

    /// Takes input until the next event.
    ///
    /// The output needs room for `StreamLayout.dataByteCountMax` bytes once the header is opened; it is touched only
    /// by a message. Call again with the rest of the input until the step is `needsInput`.
    package mutating func advance(
        _ input: RawSpan, into output: inout OutputRawSpan
    ) throws(CodecError) -> Advance {
        if let failure { throw failure }
        do throws(CodecError) {
            return try input.withUnsafeBytes { (bytes) throws(CodecError) in try take(bytes, into: &output) }
        } catch {
            failure = error
            throw error
        }
    }

    /// The object has ended: checks that the stream has, and everything that its trailer says.
    ///
    /// `content` was made from all blocks, with the digest key of the parameters and the name of this stream.
    package mutating func finish(_ content: ContentSummary) throws(CodecError) -> StreamReport {
        if let failure { throw failure }
        do throws(StreamFormatError) {
            return try checkEnd(content)
        } catch {
            let refusal = refusal(error)
            failure = refusal
            throw refusal
        }
    }

    private mutating func take(
        _ input: UnsafeRawBufferPointer, into output: inout OutputRawSpan
    ) throws(CodecError) -> Advance {
        var consumed = 0
        while true {
            let rest = UnsafeRawBufferPointer(rebasing: input[consumed...])
            guard unit != .nothing else {
                guard rest.isEmpty else {
                    throw refusal(StreamFormatError(.trailingBytes, "the object goes on after its trailer"))
                }
                return Advance(consumedByteCount: consumed, step: .needsInput)
            }
            let whole: UnsafeRawBufferPointer
            if canBorrow && rest.count >= unitByteCount {
                consumed += unitByteCount
                whole = UnsafeRawBufferPointer(rebasing: rest[..<unitByteCount])
            } else {
                consumed += staging.fill(to: unitByteCount, from: rest)
                guard staging.count == unitByteCount else {
                    return Advance(consumedByteCount: consumed, step: .needsInput)
                }
                whole = staging.bytes
            }
            if let step = try accept(whole, into: &output) {
                return Advance(consumedByteCount: consumed, step: step)
            }
        }
    }

    /// A unit that lies in the input as a whole is used there. The header's two parts always meet in the staging.
    private var canBorrow: Bool { staging.count == 0 && unit != .headerPrefix }

    private mutating func expect(_ unit: Unit, byteCount: Int) {
        self.unit = unit
        unitByteCount = byteCount
        staging.clear()
    }

    /// Interprets one whole unit. `bytes` may lie in the staging, so that is replaced only after they were read.
    private mutating func accept(
        _ bytes: UnsafeRawBufferPointer, into output: inout OutputRawSpan
    ) throws(CodecError) -> Step? {
        switch unit {
        case .headerPrefix, .header:
            do throws(StreamFormatError) {
                return try acceptHeader(bytes.assumingMemoryBound(to: UInt8.self).span)
            } catch {
                throw refusal(error)
            }
        case .messagePrefix:
            try acceptMessagePrefix(LittleEndian.unsigned32(bytes))
            return nil
        case .message:
            return .message(try acceptMessage(bytes, into: &output))
        case .trailer:
            trailer = Array(bytes)
            expect(.nothing, byteCount: 0)
            return nil
        case .nothing:
            return nil
        }
    }

    private mutating func acceptHeader(_ bytes: Span<UInt8>) throws(StreamFormatError) -> Step? {
        guard unit == .header else {
            unit = .header
            unitByteCount = try StreamHeader.byteCount(prefix: bytes)
            return nil
        }
        let opened = try OpenedHeader(bytes, parameters)
        let layout = opened.header.layout
        body = StreamBody(opened, name: name, headerByteCount: bytes.count)
        staging = Staging(capacity: Self.stagingByteCount(layout))
        expect(.messagePrefix, byteCount: StreamMessage.prefixByteCount)
        return .header(layout)
    }

    private mutating func acceptMessagePrefix(_ byteCount: UInt32) throws(CodecError) {
        guard let largest = body?.layout.messageByteCountMax else {
            preconditionFailure("a message is expected only after the header")
        }
        guard (StreamMessage.overheadByteCount...largest).contains(Int(byteCount)) else {
            throw refusal(
                StreamFormatError(.badMessage, "a message has \(byteCount) bytes, possible are up to \(largest)"))
        }
        expect(.message, byteCount: Int(byteCount))
    }

    private mutating func acceptMessage(
        _ bytes: UnsafeRawBufferPointer, into output: inout OutputRawSpan
    ) throws(CodecError) -> OpenedMessage {
        var opened = OpenedMessage(sequence: 0, isFinal: true)
        try RawCopy.extend(&output, by: bytes.count - StreamMessage.overheadByteCount) { (target) throws(CodecError) in
            opened = try openMessage(bytes, into: target)
        }
        if opened.isFinal {
            expect(.trailer, byteCount: StreamTrailer.byteCount)
        } else {
            expect(.messagePrefix, byteCount: StreamMessage.prefixByteCount)
        }
        return opened
    }

    private mutating func openMessage(
        _ bytes: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
    ) throws(CodecError) -> OpenedMessage {
        do throws(StreamFormatError) {
            guard let opened = try body?.open(bytes, into: target) else {
                preconditionFailure("a message is expected only after the header")
            }
            return opened
        } catch {
            throw refusal(error)
        }
    }

    private mutating func checkEnd(_ content: ContentSummary) throws(StreamFormatError) -> StreamReport {
        if unit == .headerPrefix {
            // Too short to say more than whether it began as a sealed stream does.
            _ = try StreamHeader.byteCount(prefix: staging.bytes.assumingMemoryBound(to: UInt8.self).span)
        }
        guard let trailer, let found = body.take() else {
            throw StreamFormatError(.truncated, "the object ends before its trailer does")
        }
        return try found.check(trailer, content, trusted: parameters.signers)
    }

    private func refusal(_ error: StreamFormatError) -> CodecError {
        CodecError(.stream(error.failure), "open", name.path, error.cause, hint: error.failure.hint)
    }
}
