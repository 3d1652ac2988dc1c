import Platform
import Stream

/// Content that is in memory.
final class OctetSource: ContentSource {
    private let octets: [UInt8]
    private let position = Gate(0)

    init(_ octets: [UInt8]) {
        self.octets = octets
    }

    func fill(_ block: inout Block) throws(OperationError) {
        let room = block.remaining
        let range = position.withLock { position in
            let end = min(octets.count, position + room)
            defer { position = end }
            return position..<end
        }
        octets.withRawSpan { block.append($0.extracting(range)) }
    }
}
