import Codec
import Format
import Platform
import Stream

/// One object on its way through the sealing gang.
///
/// A member's step: take the next block of the source (under `reading`), compress and hash it (in parallel), wait for
/// its turn and seal it (under `sealing`). The member that sealed block n makes block n + 1 eligible, so the one with
/// the lowest sequence waits for nothing but the sink.
final class SealJob: GangJob {
    private let key: ObjectKey
    private let source: any ContentSource
    private let sink: any ChunkSink
    private let chunks: BlockPool
    private let hasher: LeafHasher
    private let deadline: Deadline
    private let failure = StickyFailure<OperationError>()
    private let reading = Gate(Reading())
    private let sealing: Gate<Sealing>

    init(
        _ source: any ContentSource, key: ObjectKey, parameters: SealParameters, chunks: BlockPool,
        sink: any ChunkSink, until deadline: Deadline
    ) throws(OperationError) {
        self.key = key
        self.source = source
        self.sink = sink
        self.chunks = chunks
        self.deadline = deadline
        hasher = LeafHasher(parameters.digestKey)
        do throws(CodecError) {
            let sealer = try StreamSealer(name: key, parameters: parameters)
            sealing = Gate(Sealing(sealer: sealer, digest: ContentDigest(parameters.digestKey, name: key)))
        } catch {
            throw OperationError(error)
        }
    }

    func step(_ scratch: SealScratch) -> Bool {
        do throws(OperationError) {
            guard let piece = try read(into: &scratch.content) else { return false }
            let leaves = scratch.content.withBytes { hasher.hash($0) }
            do throws(CodecError) { try scratch.encode() } catch { throw OperationError(error) }
            try sealInTurn(piece, leaves, scratch)
            return !piece.isFinal
        } catch {
            fail(error)
            return false
        }
    }

    /// The sealed object's content, once the gang has left; throws the first failure otherwise.
    func result() throws(OperationError) -> ContentSummary {
        giveBack()
        try failure.check()
        guard let content = sealing.withLock({ $0.content }) else { throw .gaveUp("seal", key.path) }
        return content
    }

    private func fail(_ error: OperationError) {
        failure.record(error)
        // Whoever looked before this line waits by the time the lock is had, and hears the signal.
        sealing.withLock { _ in }
        sealing.signalAll()
    }

    /// A chunk that was begun when the object failed belongs to the pool, which would miss it for ever.
    private func giveBack() {
        sealing.withLock { state in
            if let chunk = state.chunk.take() { chunks.give(chunk) }
        }
    }

    private struct Piece {
        let sequence: Int
        let isFinal: Bool
    }

    private struct Reading {
        var next = 0
        var isExhausted = false
    }

    private struct Sealing: ~Copyable, Sendable {
        var sealer: StreamSealer
        var digest: ContentDigest?
        var chunk: Block?
        var next = 0
        var content: ContentSummary?

        init(sealer: consuming StreamSealer, digest: consuming ContentDigest) {
            self.sealer = sealer
            self.digest = consume digest
        }
    }

    private func read(into block: inout Block) throws(OperationError) -> Piece? {
        try reading.withLock { (state) throws(OperationError) -> Piece? in
            guard !state.isExhausted, failure.error == nil else { return nil }
            if deadline.hasPassed { throw .deadlinePassed("seal", key.path) }
            // Stays exhausted if the source throws.
            state.isExhausted = true
            block.truncate()
            try source.fill(&block)
            let piece = Piece(sequence: state.next, isFinal: block.remaining > 0)
            state.next += 1
            state.isExhausted = piece.isFinal
            return piece
        }
    }

    /// Waits until all earlier blocks are sealed, then seals this one. The lock is held throughout: nobody else could
    /// do anything with it.
    private func sealInTurn(
        _ piece: Piece, _ leaves: LeafHashes, _ scratch: SealScratch
    ) throws(OperationError) {
        let outcome: Result<Void, OperationError>? = sealing.wait(until: deadline) { state in
            if let error = failure.error { return .failure(error) }
            guard state.next == piece.sequence else { return nil }
            do throws(OperationError) {
                try seal(piece, leaves, scratch, &state)
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        sealing.signalAll()
        guard let outcome else { throw .deadlinePassed("seal", key.path) }
        try outcome.get()
    }

    private func seal(
        _ piece: Piece, _ leaves: LeafHashes, _ scratch: SealScratch, _ state: inout Sealing
    ) throws(OperationError) {
        state.digest?.append(leaves)
        if piece.sequence == 0 {
            try append(StreamHeader.byteCountMax, to: &state) { (state, output) throws(CodecError) in
                try state.sealer.writeHeader(into: &output)
            }
        }
        try scratch.withEncoded { (data) throws(OperationError) in
            let byteCount = StreamSealer.sealedByteCount(dataByteCount: data.byteCount)
            try append(byteCount, to: &state) { (state, output) throws(CodecError) in
                try state.sealer.seal(data, isFinal: piece.isFinal, into: &output)
            }
        }
        state.next += 1
        if piece.isFinal { try finish(&state) }
    }

    private func finish(_ state: inout Sealing) throws(OperationError) {
        guard let content = state.digest.take()?.finish() else { throw .gaveUp("seal", key.path) }
        try append(StreamTrailer.byteCount, to: &state) { (state, output) throws(CodecError) in
            try state.sealer.writeTrailer(content, into: &output)
        }
        try handOver(&state)
        state.content = content
    }

    /// Appends at most `byteCount` bytes to the chunk under way, which is handed over first if it has less room.
    private func append(
        _ byteCount: Int, to state: inout Sealing,
        _ body: (inout Sealing, inout OutputRawSpan) throws(CodecError) -> Void
    ) throws(OperationError) {
        if let room = state.chunk?.remaining, room < byteCount { try handOver(&state) }
        guard var chunk = state.chunk.take() ?? chunks.take(until: deadline) else {
            throw .deadlinePassed("seal", key.path)
        }
        do throws(CodecError) {
            try chunk.append { (output) throws(CodecError) in try body(&state, &output) }
        } catch {
            chunks.give(chunk)
            throw OperationError(error)
        }
        state.chunk = consume chunk
    }

    private func handOver(_ state: inout Sealing) throws(OperationError) {
        guard let chunk = state.chunk.take() else { return }
        try sink.write(FrozenBlock(freezing: chunk, pool: chunks))
    }
}
