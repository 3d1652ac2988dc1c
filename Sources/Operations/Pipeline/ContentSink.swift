/// Takes the content of one object, block by block, in any order and from several threads at once.
package protocol ContentSink: Sendable {
    /// Takes `bytes`, which begin `offset` bytes after the start of the content.
    func write(_ bytes: RawSpan, at offset: UInt64) throws(OperationError)
}

/// Forgets everything: for verification and measurement.
package struct NullSink: ContentSink {
    package init() {}
    package func write(_ bytes: RawSpan, at offset: UInt64) throws(OperationError) {}
}
