package import Codec

/// An object that was read to its end and found right.
package struct OpenedObject: Equatable, Sendable {
    /// Length and digest of what came out, under the reader's digest key.
    package let content: ContentSummary
    package let report: StreamReport
}
