/// The answer to a call that reads.
package enum ReadResult: Sendable, Equatable {
    /// The store itself says that there is no such object.
    case missing
    /// The bytes were appended; the whole object has `totalByteCount` of them.
    case found(totalByteCount: UInt64)
}
