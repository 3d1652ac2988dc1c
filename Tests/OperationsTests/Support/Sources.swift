import Operations
import Platform
import Stream
import TestSupport

/// Content from an array, which may fail or wait at one of its calls.
final class OctetSource: ContentSource {
    private let octets: [UInt8]
    private let beforeCall: @Sendable (_ call: Int) throws(OperationError) -> Void
    private let state = Gate((position: 0, calls: 0))

    init(
        _ octets: [UInt8], beforeCall: @escaping @Sendable (_ call: Int) throws(OperationError) -> Void = { _ in }
    ) {
        self.octets = octets
        self.beforeCall = beforeCall
    }

    var callCount: Int { state.withLock { $0.calls } }

    func fill(_ block: inout Block) throws(OperationError) {
        let call = state.withLock { state in
            state.calls += 1
            return state.calls
        }
        try beforeCall(call)
        let room = block.remaining
        let piece = state.withLock { state in
            defer { state.position = min(state.position + room, octets.count) }
            return octets[state.position..<min(state.position + room, octets.count)]
        }
        block.appendQuickly(piece)
    }
}

/// So many bytes that do not compress, made as they are asked for.
final class EndlessSource: ContentSource {
    private let pattern: [UInt8]
    private let left: Gate<Int>

    init(byteCount: Int) {
        var random = SeededRandom(seed: 1, name: "endless")
        pattern = random.octets(1 << 16)
        left = Gate(byteCount)
    }

    func fill(_ block: inout Block) throws(OperationError) {
        while block.remaining > 0 {
            let room = min(block.remaining, pattern.count)
            let count = left.withLock { left in
                defer { left -= min(room, left) }
                return min(room, left)
            }
            guard count > 0 else { return }
            block.appendQuickly(pattern[..<count])
        }
    }
}

extension Block {
    /// Byte by byte takes too long for large tests.
    mutating func appendQuickly(_ octets: ArraySlice<UInt8>) {
        append { (output: inout OutputRawSpan) in
            output.withUnsafeMutableBytes { target, count in
                UnsafeMutableRawBufferPointer(rebasing: target[count...]).copyBytes(from: octets)
                count += octets.count
            }
        }
    }
}

/// What tests make fail.
func fault(_ cause: String) -> OperationError {
    OperationError(.inputOutput, operation: "test", object: "fault", cause: cause)
}
