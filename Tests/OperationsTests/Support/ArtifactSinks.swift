import Operations
import Platform

/// Puts an artifact's content together in its order, and may fail at one of its calls.
final class OrderedSink: ArtifactSink {
    private let beforeCall: @Sendable (_ call: Int) throws(OperationError) -> Void
    private let state = Gate((octets: [UInt8](), calls: 0))

    init(beforeCall: @escaping @Sendable (_ call: Int) throws(OperationError) -> Void = { _ in }) {
        self.beforeCall = beforeCall
    }

    var octets: [UInt8] { state.withLock { $0.octets } }
    var isOrdered: Bool { true }
    var hasBegun: Bool { state.withLock { $0.calls > 0 } }

    func finish() throws(OperationError) {}

    func write(_ bytes: RawSpan, at offset: UInt64) throws(OperationError) {
        let call = state.withLock { state in
            state.calls += 1
            return state.calls
        }
        try beforeCall(call)
        let piece = bytes.withUnsafeBytes { Array($0) }
        try state.withLock { (state) throws(OperationError) in
            guard state.octets.count == Int(offset) else { throw fault("block at \(offset) came out of order") }
            state.octets += piece
        }
    }
}
