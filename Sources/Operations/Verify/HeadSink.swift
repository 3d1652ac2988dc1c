import Platform
import Stream

/// Keeps the first bytes of a content, and forgets the rest.
final class HeadSink: ContentSink {
    private let byteCount: Int
    private let state = Gate<[UInt8]>([])

    init(_ byteCount: Int) { self.byteCount = byteCount }

    /// Fewer than asked for only of a shorter content.
    var head: [UInt8] { state.withLock { $0 } }

    func write(_ bytes: RawSpan, at offset: UInt64) throws(OperationError) {
        guard offset == 0 else { return }
        let head = bytes.octets(first: byteCount)
        state.withLock { $0 = head }
    }
}
