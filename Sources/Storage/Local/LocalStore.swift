package import Format
package import Platform
package import Stream

/// Objects as files below one directory: the key is the path.
///
/// * An object is written to a hidden temporary file in its own directory, synchronised, given its name by
///   renameat2(RENAME_NOREPLACE), and its directory is synchronised after that. So are the directories above it, up to
///   the root, once per process and directory: whoever made them may have died before doing so.
/// * An object that exists is synchronised again, with its directory, before `alreadyExists` is answered: the process
///   that wrote it may have been killed between its rename and its fsync. PostgreSQL's own archive module does the same
///   (contrib/basic_archive/basic_archive.c, `basic_archive_file`).
/// * A repository begins with the object `trunkline.json`. Where that is not to be found, nothing is *missing* and
///   nothing is created: most likely the disk is not mounted, and the empty directory is its mount point.
/// * Files have the mode 0640, directories 0750.
/// * Keys whose last component looks like a temporary file are refused.
package final class LocalStore: Store {
    static let filePermissions: UInt16 = 0o640
    static let directoryPermissions: UInt16 = 0o750

    /// The path of the directory that holds the objects, without a slash at its end.
    package let root: String
    package let description: String
    let directories: LocalDirectories
    let uploads = LocalUploads()

    /// - Parameters:
    ///   - root: path of a directory; nothing is touched before the first call.
    ///   - name: the repository's name in the configuration, for messages.
    package init(root: String, name: String) {
        self.root = Self.withoutTrailingSlashes(root)
        description = "repository \"\(name)\" (\(self.root))"
        directories = LocalDirectories(root: self.root)
    }

    package var capabilities: Capabilities {
        Capabilities(
            conditionalCreate: true, conditionalComplete: true, checksums: false, minimumPartBytes: 1,
            maximumParts: .max, equalParts: false, singlePutBytesMax: .max)
    }

    /// Makes the root directory, durably, unless it is there; the directory above it must exist. For the founding of a
    /// repository only: everything else takes a root that is gone for a disk that is not mounted.
    package func makeRoot() throws(StoreError) {
        do throws(PlatformError) {
            try directories.makeRoot(permissions: Self.directoryPermissions)
        } catch {
            throw StoreError(local: error, .create, root)
        }
    }

    package func create(
        _ key: ObjectKey, _ content: Content, until deadline: Deadline
    ) throws(StoreError) -> Creation {
        try prepareCreation(of: key, .create, until: deadline)
        // Only spares the writing: the rename decides.
        if try confirmExisting(key, .create) { return .alreadyExists }
        var file = try temporaryFile(for: key, .create)
        do throws(PlatformError) {
            try content.forEachSpan { (span: RawSpan) throws(PlatformError) in try file.write(span) }
        } catch {
            throw StoreError(local: error, .create, key.path)
        }
        return try commit(file, key, .create)
    }

    package func head(_ key: ObjectKey, until deadline: Deadline) throws(StoreError) -> ObjectInfo? {
        try check(deadline, .head, key.path)
        let status = try lookUp(key, .head) { () throws(PlatformError) in try objectStatus(key) }
        return status.map { ObjectInfo(key: key, byteCount: $0.size, modified: $0.modified, tag: nil) }
    }

    package func delete(_ key: ObjectKey, until deadline: Deadline) throws(StoreError) {
        try check(deadline, .delete, key.path)
        guard try lookUp(key, .delete, { () throws(PlatformError) in try objectStatus(key) }) != nil else { return }
        do throws(PlatformError) {
            try FileSystem.remove(path(of: key))
            try FileSystem.synchronizeDirectory(directories.path(of: key))
        } catch {
            throw StoreError(local: error, .delete, key.path)
        }
    }

    func path(of key: ObjectKey) -> String { "\(root)/\(key.path)" }

    private static func withoutTrailingSlashes(_ path: String) -> String {
        var path = path[...]
        while path.count > 1, path.last == "/" { path.removeLast() }
        return String(path)
    }
}
