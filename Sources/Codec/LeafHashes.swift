import Format

/// The leaf hashes of one block, in a fixed place: they travel beside the block's data without an allocation.
package struct LeafHashes: Sendable {
    /// Bytes of content under one leaf.
    package static let leafByteCount = 64 << 10
    /// 128 leaves, two words each, for a block of the largest size.
    private static let wordCountMax = 256

    private var words: InlineArray<256, UInt64>
    private(set) var wordCount = 0
    /// Bytes of the block.
    package let blockByteCount: Int

    init(blockByteCount: Int) {
        precondition(
            blockByteCount <= Self.wordCountMax / 2 * Self.leafByteCount, "a block has at most the largest size")
        words = InlineArray(repeating: 0)
        self.blockByteCount = blockByteCount
    }

    /// Appends one hash, high half first, each half most significant byte first: xxHash's canonical form.
    mutating func append(high: UInt64, low: UInt64) {
        words[wordCount] = high.bigEndian
        words[wordCount + 1] = low.bigEndian
        wordCount += 2
    }

    /// Lends the canonical forms one after the other.
    func withBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
        withUnsafeBytes(of: words) { body(UnsafeRawBufferPointer(rebasing: $0[..<(wordCount * 8)])) }
    }
}
