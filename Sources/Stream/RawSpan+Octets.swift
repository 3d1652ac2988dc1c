extension [UInt8] {
    /// Lends the octets in the form that bytes travel in.
    package func withRawSpan<R, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
        try body(span.bytes)
    }
}

extension RawSpan {
    /// A copy of the first `count` bytes, or of all if there are fewer.
    package func octets(first count: Int) -> [UInt8] {
        withUnsafeBytes { bytes in Array(bytes.prefix(count)) }
    }

    /// Whether all bytes are zero. Content that is not, as a rule shows it in its first bytes.
    package var isZero: Bool {
        withUnsafeBytes { bytes in
            let words = bytes.count / 8
            for index in 0..<words where bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self) != 0 {
                return false
            }
            return bytes[(words * 8)...].allSatisfy { $0 == 0 }
        }
    }
}
