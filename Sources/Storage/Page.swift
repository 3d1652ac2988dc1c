package import Format

/// A part of a listing, in the order of the keys' bytes.
package struct Page: Sendable, Equatable {
    /// The most objects in one page: what ListObjectsV2 gives at most
    /// (https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html, "MaxKeys").
    package static let objectCountMax = 1000

    package let objects: [ObjectInfo]
    /// Where to go on: pass it as `after`. Nil when this was the last page. A page may be empty and still not the last.
    package let nextAfter: ObjectKey?

    package init(objects: [ObjectInfo], nextAfter: ObjectKey?) {
        self.objects = objects
        self.nextAfter = nextAfter
    }
}
