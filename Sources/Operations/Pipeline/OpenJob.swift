import Codec
import Format
import Platform
import Storage
import Stream

/// One object on its way back through the opening gang.
///
/// A member's step: open the next message (under `opening`, in sequence: the cipher is a chain), decode its block and
/// hand it to the sink (in parallel), wait for its turn to add its hashes to the digest. An ordered sink is handed the
/// block in that turn.
final class OpenJob: GangJob {
    private let key: ObjectKey
    private let sink: any ContentSink
    private let hasher: LeafHasher
    private let deadline: Deadline
    private let layout: StreamLayout
    private let failure = StickyFailure<OperationError>()
    private let opening: Gate<Opening>
    private let digesting: Gate<Digesting>

    /// Reads the stream's header. `input` has opened its object, which is there.
    init(
        _ input: consuming sending ObjectReader, parameters: OpenParameters, sink: any ContentSink,
        until deadline: Deadline
    ) throws(OperationError) {
        key = input.key
        self.sink = sink
        self.deadline = deadline
        hasher = LeafHasher(parameters.digestKey)
        digesting = Gate(Digesting(digest: ContentDigest(parameters.digestKey, name: key)))
        opening = Gate(Opening(reader: input, opener: StreamOpener(name: key, parameters: parameters)))
        layout = try opening.withLock { (state) throws(OperationError) in try state.header() }
    }

    func step(_ scratch: OpenScratch) -> Bool {
        do throws(OperationError) {
            do throws(CodecError) { try scratch.prepare(layout) } catch { throw OperationError(error) }
            guard let message = try open(into: &scratch.data) else { return false }
            do throws(CodecError) { try scratch.decode(message) } catch { throw OperationError(error) }
            if !sink.isOrdered { try handOver(message, scratch) }
            try digestInTurn(message, scratch.withContent { hasher.hash($0) }, scratch)
            return !message.isFinal
        } catch {
            fail(error)
            return false
        }
    }

    /// Checks the object's end, once the gang has left: only now may the content be used. Throws the first failure.
    func result() throws(OperationError) -> OpenedObject {
        try failure.check()
        guard let content = digesting.withLock({ $0.digest.take()?.finish() }) else { throw .gaveUp("open", key.path) }
        let report = try opening.withLock { (state) throws(OperationError) in try state.finish(content) }
        return OpenedObject(content: content, report: report)
    }

    private func fail(_ error: OperationError) {
        failure.record(error)
        // Whoever looked before this line waits by the time the lock is had, and hears the signal.
        digesting.withLock { _ in }
        digesting.signalAll()
    }

    private struct Digesting: ~Copyable, Sendable {
        var digest: ContentDigest?
        var next: UInt64 = 0

        init(digest: consuming ContentDigest) { self.digest = consume digest }
    }

    private func open(into data: inout Block) throws(OperationError) -> OpenedMessage? {
        data.truncate()
        return try opening.withLock { (state) throws(OperationError) in
            guard failure.error == nil else { return nil }
            do throws(OperationError) {
                if deadline.hasPassed { throw .deadlinePassed("open", key.path) }
                return try state.message(into: &data)
            } catch {
                // Before anybody else gets to see the state that it failed in.
                failure.record(error)
                throw error
            }
        }
    }

    private func handOver(_ message: OpenedMessage, _ scratch: OpenScratch) throws(OperationError) {
        try scratch.withContent { (content) throws(OperationError) in
            try sink.write(content, at: message.sequence * UInt64(layout.blockSize.byteCount))
        }
    }

    /// The lock is held while an ordered sink takes the block: nobody else could do anything with it.
    private func digestInTurn(
        _ message: OpenedMessage, _ leaves: LeafHashes, _ scratch: OpenScratch
    ) throws(OperationError) {
        let outcome: Result<Void, OperationError>? = digesting.wait(until: deadline) { state in
            if let error = failure.error { return .failure(error) }
            guard state.next == message.sequence else { return nil }
            do throws(OperationError) {
                if sink.isOrdered { try handOver(message, scratch) }
            } catch {
                // Before the turn goes to anybody else.
                failure.record(error)
                return .failure(error)
            }
            state.digest?.append(leaves)
            state.next += 1
            return .success(())
        }
        digesting.signalAll()
        guard let outcome else { throw .deadlinePassed("open", key.path) }
        try outcome.get()
    }
}
