extension AtomicFile {
    /// Appends `octets`, for small files.
    package mutating func write(octets: [UInt8]) throws(PlatformError) {
        try write(octets.span.bytes)
    }

    /// Appends `text` as UTF-8, for small files.
    package mutating func write(text: String) throws(PlatformError) {
        try write(octets: Array(text.utf8))
    }
}
