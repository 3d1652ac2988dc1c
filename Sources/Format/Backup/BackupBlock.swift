/// The unit in which changes of a file are found by hashing, and content is compressed: 128 KiB, 16 pages.
package enum BackupBlock {
    package static let byteCount = 128 << 10

    /// How many blocks a file of `size` bytes has; the last may be shorter.
    package static func count(size: UInt64) -> Int {
        Int((size + UInt64(byteCount) - 1) / UInt64(byteCount))
    }
}

/// A keyed XXH3-128 of one block (docs/FORMAT.md, "Block hashes").
package struct BlockHash: Hashable, Sendable {
    package let high: UInt64
    package let low: UInt64

    /// Stands for a block whose hash was never made; no block is compared with it.
    package static let unknown = BlockHash(high: 0, low: 0)

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    package static let byteCount = 16
}
