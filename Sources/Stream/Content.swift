/// The bytes of an object, or of a part of it, gathered from pieces of frozen blocks without a copy.
///
/// It keeps its blocks from their pool for as long as it lives.
package struct Content: Sendable {
    /// A piece of one block.
    package struct Slice: Sendable {
        /// The block it keeps alive.
        package let block: FrozenBlock
        /// Positions in the block, within `0..<block.count`.
        package let range: Range<Int>

        /// `range` lies within the block.
        package init(block: FrozenBlock, range: Range<Int>) {
            precondition(range.lowerBound >= 0 && range.upperBound <= block.count, "a slice lies within its block")
            self.block = block
            self.range = range
        }

        /// Bytes in the piece.
        package var count: Int { range.count }

        /// Lends the bytes.
        package func withBytes<R: ~Copyable, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
            try block.withBytes { (bytes) throws(E) -> R in try body(bytes.extracting(range)) }
        }
    }

    /// In order, none empty.
    package private(set) var slices: [Slice] = []
    /// Bytes in all slices.
    package private(set) var count = 0

    /// No bytes.
    package init() {}

    /// All of one block.
    package init(_ block: FrozenBlock) {
        append(block)
    }

    /// A copy of `octets`, in a block of its own; for small objects.
    package static func copying(_ octets: [UInt8]) -> Content {
        guard !octets.isEmpty else { return Content() }
        return Content(FrozenBlock(freezing: Block(copying: octets), pool: nil))
    }

    /// Whether there are no bytes.
    package var isEmpty: Bool { count == 0 }

    /// Appends a piece; an empty one leaves no trace.
    package mutating func append(_ slice: Slice) {
        guard slice.count > 0 else { return }
        slices.append(slice)
        count += slice.count
    }

    /// Appends all of a block.
    package mutating func append(_ block: FrozenBlock) {
        append(Slice(block: block, range: 0..<block.count))
    }

    /// Appends the pieces of another; both share the blocks.
    package mutating func append(_ other: Content) {
        slices.append(contentsOf: other.slices)
        count += other.count
    }

    /// The first `position` bytes and the rest; `position` is at most `count`.
    package func split(at position: Int) -> (Content, Content) {
        precondition(position >= 0 && position <= count, "content is split within its bounds")
        var (front, back) = (Content(), Content())
        for slice in slices {
            let cut = slice.range.lowerBound + min(slice.count, position - front.count)
            front.append(Slice(block: slice.block, range: slice.range.lowerBound..<cut))
            back.append(Slice(block: slice.block, range: cut..<slice.range.upperBound))
        }
        return (front, back)
    }

    /// Lends the bytes piece by piece, in order.
    package func forEachSpan<E: Error>(_ body: (RawSpan) throws(E) -> Void) throws(E) {
        for slice in slices { try slice.withBytes(body) }
    }

    /// A copy in one piece, for small objects and tests.
    package func octets() -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(count)
        forEachSpan { span in span.withUnsafeBytes { result.append(contentsOf: $0) } }
        return result
    }
}
