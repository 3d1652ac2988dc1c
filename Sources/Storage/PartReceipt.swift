/// What a store gave for a part; `complete` wants it back.
package struct PartReceipt: Sendable, Equatable {
    package let number: Int
    /// The store's own tag of the part.
    package let tag: String
    /// CRC32C of the part's bytes where the store has the capability `checksums`, otherwise 0.
    package let checksum: UInt32

    package init(number: Int, tag: String, checksum: UInt32) {
        self.number = number
        self.tag = tag
        self.checksum = checksum
    }
}
