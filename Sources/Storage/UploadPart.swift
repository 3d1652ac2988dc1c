package import Stream

/// One part of an object being uploaded.
package struct UploadPart: Sendable {
    /// From 1; parts of an object are numbered in the order of their bytes, without a gap.
    package let number: Int
    /// Where in the object the part's first byte belongs.
    package let offset: UInt64
    /// Not empty.
    package let content: Content

    package init(number: Int, offset: UInt64, content: Content) {
        self.number = number
        self.offset = offset
        self.content = content
    }
}
