package import Stream

extension Block {
    /// Appends a copy of `octets`, for which there is room.
    package mutating func append(_ octets: ArraySlice<UInt8>) {
        append(octets.span.bytes)
    }

    /// A copy of the bytes in use.
    package borrowing func octets() -> [UInt8] {
        withBytes { (bytes: RawSpan) in bytes.withUnsafeBytes { Array($0) } }
    }
}

extension FrozenBlock {
    /// A copy of the bytes.
    package func octets() -> [UInt8] {
        withBytes { (bytes: RawSpan) in bytes.withUnsafeBytes { Array($0) } }
    }
}
