package import Format

/// An object being uploaded in parts.
package struct UploadSession: Sendable, Equatable {
    package let key: ObjectKey
    /// Means something to the store alone.
    package let id: String

    package init(key: ObjectKey, id: String) {
        self.key = key
        self.id = id
    }
}
