import Format
import Platform

/// Telling a missing object from a missing disk.
extension LocalStore {
    /// Asks for an object until the answer is certain. `body` answers nil when the kernel knows no such file.
    ///
    /// That alone proves nothing: the disk may be unmounted. So the root is checked, the object asked for once more and
    /// the root checked again; then the second answer came from a mounted disk, unless it was mounted and unmounted
    /// within these three calls.
    func lookUp<R: ~Copyable>(
        _ key: ObjectKey, _ operation: StoreOperation, _ body: () throws(PlatformError) -> R?
    ) throws(StoreError) -> R? {
        if let found = try mapped(key, operation, body) { return found }
        try requireRoot(for: key, operation)
        if let found = try mapped(key, operation, body) { return found }
        try requireRoot(for: key, operation)
        return nil
    }

    /// Throws `misconfigured` unless the repository is there; for the marker itself its directory suffices.
    func requireRoot(for key: ObjectKey?, _ operation: StoreOperation) throws(StoreError) {
        let needsMarker = key != RepositoryLayout.marker
        let path = needsMarker ? self.path(of: RepositoryLayout.marker) : root
        let status: FileStatus?
        do throws(PlatformError) {
            status = try FileSystem.status(of: path, followLinks: true)
        } catch {
            throw StoreError(local: error, operation, key?.path ?? root)
        }
        guard status?.kind != (needsMarker ? .regular : .directory) else { return }
        throw StoreError(
            .misconfigured, operation, key?.path ?? root,
            cause: "\(description) is not there: no \(needsMarker ? "file" : "directory") \"\(path)\"",
            hint: "Is the disk mounted?")
    }

    /// The object's file; nil when there is none. What is no regular file is no object.
    func objectStatus(_ key: ObjectKey) throws(PlatformError) -> FileStatus? {
        guard let status = try FileSystem.status(of: path(of: key), followLinks: true) else { return nil }
        return status.kind == .regular ? status : nil
    }

    func check(_ deadline: Deadline, _ operation: StoreOperation, _ object: String) throws(StoreError) {
        guard deadline.hasPassed else { return }
        throw StoreError(.deadlinePassed, operation, object, cause: "the deadline has passed")
    }

    /// Runs `body`; what it throws becomes a store's error about `key`.
    func mapped<R: ~Copyable>(
        _ key: ObjectKey, _ operation: StoreOperation, _ body: () throws(PlatformError) -> R
    ) throws(StoreError) -> R {
        do throws(PlatformError) {
            return try body()
        } catch {
            throw StoreError(local: error, operation, key.path)
        }
    }
}
