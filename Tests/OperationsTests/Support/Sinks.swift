import Operations
import Platform
import Stream

/// Puts the content together again; may fail at one of its calls.
final class OctetSink: ContentSink {
    private let beforeCall: @Sendable (_ call: Int) throws(OperationError) -> Void
    private let state = Gate((octets: [UInt8](), calls: 0))

    init(beforeCall: @escaping @Sendable (_ call: Int) throws(OperationError) -> Void = { _ in }) {
        self.beforeCall = beforeCall
    }

    var octets: [UInt8] { state.withLock { $0.octets } }

    func write(_ bytes: RawSpan, at offset: UInt64) throws(OperationError) {
        let call = state.withLock { state in
            state.calls += 1
            return state.calls
        }
        try beforeCall(call)
        let piece = bytes.withUnsafeBytes { Array($0) }
        let start = Int(offset)
        state.withLock { state in
            if state.octets.count < start + piece.count {
                state.octets += Array(repeating: 0, count: start + piece.count - state.octets.count)
            }
            state.octets.replaceSubrange(start..<start + piece.count, with: piece)
        }
    }
}

/// Keeps the last chunks it was given, and may fail at one of its calls.
final class ChunkKeeper: ChunkSink {
    private let keeps: Int
    private let beforeCall: @Sendable (_ call: Int) throws(OperationError) -> Void
    private let state = Gate((chunks: [FrozenBlock](), calls: 0, bytes: 0))

    init(keeps: Int = 0, beforeCall: @escaping @Sendable (_ call: Int) throws(OperationError) -> Void = { _ in }) {
        self.keeps = keeps
        self.beforeCall = beforeCall
    }

    var byteCount: Int { state.withLock { $0.bytes } }
    var callCount: Int { state.withLock { $0.calls } }

    func write(_ chunk: FrozenBlock) throws(OperationError) {
        let call = state.withLock { state in
            state.calls += 1
            return state.calls
        }
        try beforeCall(call)
        let dropped = state.withLock { state in
            state.bytes += chunk.count
            state.chunks.append(chunk)
            return state.chunks.count > keeps ? state.chunks.removeFirst() : nil
        }
        _ = dropped
    }
}
