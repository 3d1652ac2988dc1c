import Format
import Platform

/// One page of the objects below a root, by walking only those directories that can hold any of them.
struct LocalListing {
    let root: String
    let prefix: String
    let after: ObjectKey?
    let deadline: Deadline
    /// In order; one more than a page when there are more.
    private(set) var found: [ObjectInfo] = []

    init(root: String, prefix: String, after: ObjectKey?, until deadline: Deadline) {
        self.root = root
        self.prefix = prefix
        self.after = after
        self.deadline = deadline
    }

    var page: Page {
        let objects = Array(found.prefix(Page.objectCountMax))
        return Page(objects: objects, nextAfter: found.count > objects.count ? objects.last?.key : nil)
    }

    mutating func run() throws(StoreError) {
        guard let slash = prefix.lastIndex(of: "/") else { return try walk("") }
        // What is not a key cannot be the beginning of one, and must not be used as a path ("../").
        guard let directory = ObjectKey(String(prefix[..<slash])) else { return }
        try walk("\(directory.path)/")
    }

    /// What a directory holds: a file's key, or a directory's path with a slash at its end, which is what its keys
    /// begin with and therefore what orders it among the files.
    private struct Entry {
        let path: String
        let status: FileStatus
        var isDirectory: Bool { status.kind == .directory }
    }

    /// - Parameter directory: empty, or ends in a slash.
    private mutating func walk(_ directory: String) throws(StoreError) {
        guard !deadline.hasPassed else {
            throw StoreError(.deadlinePassed, .list, prefix, cause: "the deadline has passed")
        }
        for entry in try entries(of: directory) {
            guard found.count <= Page.objectCountMax else { return }
            if entry.isDirectory {
                try walk(entry.path)
            } else if let key = ObjectKey(entry.path) {
                let status = entry.status
                found.append(ObjectInfo(key: key, byteCount: status.size, modified: status.modified, tag: nil))
            }
        }
    }

    /// Those that matter, in order. A directory that is gone holds nothing.
    private func entries(of directory: String) throws(StoreError) -> [Entry] {
        var entries: [Entry] = []
        do throws(PlatformError) {
            for name in try names(in: directory) where mayMatter(directory + name) {
                guard let status = try FileSystem.status(of: "\(root)/\(directory)\(name)", followLinks: true) else {
                    continue
                }
                if let entry = entry(directory, name, status) { entries.append(entry) }
            }
        } catch {
            throw StoreError(local: error, .list, prefix)
        }
        return entries.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    private func names(in directory: String) throws(PlatformError) -> [String] {
        do throws(PlatformError) {
            return try FileSystem.list("\(root)/\(directory)")
        } catch  where error.errno == .noSuchFile || error.errno == .notADirectory {
            return []
        }
    }

    private func entry(_ directory: String, _ name: String, _ status: FileStatus) -> Entry? {
        let path = directory + name
        switch status.kind {
        case .directory:
            let first = path + "/"
            guard first.utf8.starts(with: prefix.utf8) || prefix.utf8.starts(with: first.utf8) else { return nil }
            return Entry(path: first, status: status)
        case .regular:
            guard path.utf8.starts(with: prefix.utf8), isAfter(path), AtomicFile.owner(ofTemporary: name) == nil else {
                return nil
            }
            return Entry(path: path, status: status)
        default: return nil
        }
    }

    /// Whether `path` is, or as a directory may hold, an object of this page; spares the kernel's answer for the rest.
    private func mayMatter(_ path: String) -> Bool {
        guard ObjectKey(path) != nil else { return false }
        let first = path + "/"
        guard path.utf8.starts(with: prefix.utf8) || prefix.utf8.starts(with: first.utf8) else { return false }
        return isAfter(path) || isAfter(first) || after?.path.utf8.starts(with: first.utf8) == true
    }

    private func isAfter(_ path: String) -> Bool {
        guard let after else { return true }
        return after.path.utf8.lexicographicallyPrecedes(path.utf8)
    }
}
