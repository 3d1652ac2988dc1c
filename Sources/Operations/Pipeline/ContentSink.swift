/// Takes the content of one object, block by block: in any order and from several threads at once, unless it says
/// otherwise.
package protocol ContentSink: Sendable {
    /// Whether each block is to come after all before it, and none before they have been taken. Nothing is kept back
    /// for that: whoever has a later block waits with it.
    var isOrdered: Bool { get }

    /// Takes `bytes`, which begin `offset` bytes after the start of the content.
    func write(_ bytes: RawSpan, at offset: UInt64) throws(OperationError)
}

extension ContentSink {
    package var isOrdered: Bool { false }
}

/// Forgets everything: for verification and measurement.
package struct NullSink: ContentSink {
    package init() {}
    package func write(_ bytes: RawSpan, at offset: UInt64) throws(OperationError) {}
}
