package import Format
package import Platform

/// What a store knows about an object without reading it.
package struct ObjectInfo: Sendable, Equatable {
    package let key: ObjectKey
    package let byteCount: UInt64
    /// When the store says the object came to be; by the store's clock, for display only.
    package let modified: UnixTime?
    /// The store's own tag of the content (S3: the ETag without quotes), where it has one.
    package let tag: String?

    package init(key: ObjectKey, byteCount: UInt64, modified: UnixTime?, tag: String?) {
        self.key = key
        self.byteCount = byteCount
        self.modified = modified
        self.tag = tag
    }
}
