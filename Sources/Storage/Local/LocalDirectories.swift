import Format
import Platform

/// The directories below a root: made on demand, and durable before anything in them is said to be.
final class LocalDirectories: Sendable {
    /// Paths remembered at most; a process that writes to more forgets them all and synchronises anew.
    static let settledCountMax = 4_096

    private let root: String
    /// Directories whose names, and those of all directories above them, this process has synchronised.
    private let settled = Gate<Set<String>>([])

    init(root: String) { self.root = root }

    /// The directory that holds the object's file.
    func path(of key: ObjectKey) -> String { ([root] + names(above: key)).joined(separator: "/") }

    /// Makes the root, durably, unless it exists.
    func makeRoot(permissions: UInt16) throws(PlatformError) {
        try FileSystem.createDirectory(root, permissions: permissions)
        // Also when it was there: who made it may have been killed before this.
        try FileSystem.synchronizeDirectory(FileSystem.parent(of: root) ?? ".")
    }

    /// Makes the directories of the object that are missing. The root is never made: it stands for the disk.
    func make(for key: ObjectKey, permissions: UInt16) throws(PlatformError) {
        var path = root
        for name in names(above: key) {
            path += "/\(name)"
            try FileSystem.createDirectory(path, permissions: permissions)
        }
    }

    /// Synchronises the object's own directory: the names of the objects in it are durable afterwards.
    func synchronize(for key: ObjectKey) throws(PlatformError) {
        try FileSystem.synchronizeDirectory(path(of: key))
    }

    /// Synchronises every directory above the object's own, so that its name is durable; once per process and directory
    /// whether we made it or not, because who did may have been killed before it came to that.
    func settle(for key: ObjectKey) throws(PlatformError) {
        let names = names(above: key)
        let directory = names.joined(separator: "/")
        guard !names.isEmpty, !settled.withLock({ $0.contains(directory) }) else { return }
        for depth in (0..<names.count).reversed() {
            try FileSystem.synchronizeDirectory(([root] + names.prefix(depth)).joined(separator: "/"))
        }
        settled.withLock {
            if $0.count >= Self.settledCountMax { $0.removeAll() }
            _ = $0.insert(directory)
        }
    }

    private func names(above key: ObjectKey) -> [String] {
        key.path.split(separator: "/").dropLast().map(String.init)
    }
}
