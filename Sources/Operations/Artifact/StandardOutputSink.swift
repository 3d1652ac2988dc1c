import Platform
import Stream

/// Standard output, block after block. What has been written cannot be taken back, so that the last block is held back
/// until all is known to be right: what is damaged never looks whole.
package final class StandardOutputSink: ArtifactSink {
    private struct State: ~Copyable {
        var held: Block?
        var hasBegun = false
    }

    private let state = Gate(State())

    package init() {}

    package var isOrdered: Bool { true }
    package var hasBegun: Bool { state.withLock { $0.hasBegun } }

    package func write(_ bytes: RawSpan, at offset: UInt64) throws(OperationError) {
        guard bytes.byteCount > 0 else { return }
        try state.withLock { (state) throws(OperationError) in
            var block = state.held.take() ?? Block(capacity: bytes.byteCount)
            if block.count > 0 {
                state.hasBegun = true
                try block.withBytes { (held) throws(OperationError) in try Self.print(held) }
            }
            block.truncate()
            if block.capacity < bytes.byteCount { block = Block(capacity: bytes.byteCount) }
            block.append(bytes)
            state.held = consume block
        }
    }

    package func finish() throws(OperationError) {
        try state.withLock { (state) throws(OperationError) in
            guard let block = state.held.take() else { return }
            state.hasBegun = true
            try block.withBytes { (held) throws(OperationError) in try Self.print(held) }
        }
    }

    private static func print(_ bytes: RawSpan) throws(OperationError) {
        do throws(PlatformError) {
            try StandardStream.output.write(bytes)
        } catch {
            throw OperationError(error, doing: "write to")
        }
    }
}
