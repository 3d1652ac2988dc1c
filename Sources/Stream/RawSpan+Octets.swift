extension RawSpan {
    /// A copy of the first `count` bytes, or of all if there are fewer.
    package func octets(first count: Int) -> [UInt8] {
        withUnsafeBytes { bytes in Array(bytes.prefix(count)) }
    }
}
