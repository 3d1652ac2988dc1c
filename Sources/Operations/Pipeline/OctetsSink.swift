import Platform
import Stream

/// Puts a content together in memory, up to a bound. Blocks that come early wait for those before them.
package final class OctetsSink: ContentSink {
    private let limit: Int
    private let object: String
    private let state = Gate(State())

    private struct State: Sendable {
        var octets: [UInt8] = []
        var early: [Int: [UInt8]] = [:]
    }

    /// - Parameters:
    ///   - limit: bytes; more is `damaged`.
    ///   - object: the name for messages.
    package init(limit: Int, object: String) {
        self.limit = limit
        self.object = object
    }

    /// The content so far.
    package var octets: [UInt8] { state.withLock { $0.octets } }

    package func write(_ bytes: RawSpan, at offset: UInt64) throws(OperationError) {
        guard let start = Int(exactly: offset), start <= limit, bytes.byteCount <= limit - start else {
            throw OperationError(
                .damaged, operation: "open", object: object, cause: "it has more than the \(limit) bytes it may have")
        }
        let block = bytes.octets(first: bytes.byteCount)
        guard !block.isEmpty else { return }
        state.withLock { state in
            state.early[start] = block
            while let next = state.early.removeValue(forKey: state.octets.count) { state.octets += next }
        }
    }
}
