/// A message that was opened: what a decoder and the order of blocks need to know of it.
package struct OpenedMessage: Equatable, Sendable {
    /// From 0.
    package let sequence: UInt64
    /// The last one of its stream.
    package let isFinal: Bool

    package init(sequence: UInt64, isFinal: Bool) {
        self.sequence = sequence
        self.isFinal = isFinal
    }
}
