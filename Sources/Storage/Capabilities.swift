/// What a store can do and what it wants, as data.
package struct Capabilities: Sendable, Equatable {
    /// `create` decides in one atomic step, so that of several creators exactly one is told `created`.
    package var conditionalCreate: Bool
    /// `complete` decides in one atomic step likewise.
    package var conditionalComplete: Bool
    /// The store checks what it receives against a checksum sent along.
    package var checksums: Bool
    /// Every part but the last has at least so many bytes.
    package var minimumPartBytes: Int
    /// One object has at most so many parts, numbered from 1.
    package var maximumParts: Int
    /// All parts of an object but the last must have the same length.
    package var equalParts: Bool
    /// One `create` takes at most so many bytes; so does one part.
    package var singlePutBytesMax: Int

    package init(
        conditionalCreate: Bool, conditionalComplete: Bool, checksums: Bool, minimumPartBytes: Int, maximumParts: Int,
        equalParts: Bool, singlePutBytesMax: Int
    ) {
        self.conditionalCreate = conditionalCreate
        self.conditionalComplete = conditionalComplete
        self.checksums = checksums
        self.minimumPartBytes = minimumPartBytes
        self.maximumParts = maximumParts
        self.equalParts = equalParts
        self.singlePutBytesMax = singlePutBytesMax
    }
}
