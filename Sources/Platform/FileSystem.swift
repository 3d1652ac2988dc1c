internal import CLinux
internal import Glibc

/// Names in the file system: everything that takes a path and needs no open file.
///
/// Paths are UTF-8; a path with a zero byte is refused with EINVAL.
package enum FileSystem {
    /// What `path` is, or nil when nothing has that name (ENOENT, ENOTDIR).
    package static func status(of path: String, followLinks: Bool = true) throws(PlatformError) -> FileStatus? {
        var status = stat()
        do {
            try pathCall("stat", path) { followLinks ? stat($0, &status) : lstat($0, &status) }
        } catch {
            if error.errno == .noSuchFile || error.errno == .notADirectory { return nil }
            throw error
        }
        return FileStatus(status)
    }

    /// Removes a file or a symbolic link; false when there was none.
    @discardableResult
    package static func remove(_ path: String) throws(PlatformError) -> Bool {
        do {
            try pathCall("unlink", path) { unlink($0) }
            return true
        } catch {
            guard error.errno == .noSuchFile else { throw error }
            return false
        }
    }

    /// Renames within one file system, replacing a file of the name `target`.
    package static func rename(from source: String, to target: String) throws(PlatformError) {
        try twoPathCall("rename", source, target) { Glibc.rename($0, $1) }
    }

    /// Renames a file within one file system; false when `target` exists, in which case nothing changes.
    ///
    /// File systems without RENAME_NOREPLACE (NFS among them) get link(2) and unlink(2) instead, where for a moment
    /// the file has both names.
    package static func renameExclusive(from source: String, to target: String) throws(PlatformError) -> Bool {
        do {
            try twoPathCall("renameat2", source, target) {
                renameat2(AT_FDCWD, $0, AT_FDCWD, $1, LINUX_RENAME_NOREPLACE)
            }
            return true
        } catch {
            switch error.errno {
            case .exists: return false
            case .invalidArgument, .notImplemented: return try linkExclusive(from: source, to: target)
            default: throw error
            }
        }
    }

    private static func linkExclusive(from source: String, to target: String) throws(PlatformError) -> Bool {
        do {
            try twoPathCall("link", source, target) { link($0, $1) }
        } catch {
            // A request repeated by NFS may have succeeded the first time: then both names are one file.
            guard error.errno == .exists else { throw error }
            guard let one = try status(of: source, followLinks: false),
                let other = try status(of: target, followLinks: false), one.isSameFile(as: other)
            else { return false }
        }
        try remove(source)
        return true
    }

    /// Makes the names in a directory durable: what was created, renamed or removed there.
    package static func synchronizeDirectory(_ path: String) throws(PlatformError) {
        let directory = try Descriptor.open(path, .directory)
        do {
            try directory.synchronize()
        } catch {
            // Some file systems cannot, and say so with EINVAL; PostgreSQL ignores it too (fsync_fname in
            // src/common/file_utils.c).
            guard error.errno == .invalidArgument else { throw error }
        }
    }

    /// What the symbolic link at `path` says, as it says it.
    package static func linkTarget(of path: String) throws(PlatformError) -> String {
        var room = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = try pathCall("readlink", path) { readlink($0, &room, room.count) }
        return String(decoding: room.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The absolute path without symbolic links, `.` and `..`.
    package static func realPath(_ path: String) throws(PlatformError) -> String {
        guard !path.utf8.contains(0) else {
            throw PlatformError(operation: "realpath", object: path, errno: .invalidArgument)
        }
        let resolved = try pointerCall("realpath", on: path) { realpath(path, nil) }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// The absolute path of the working directory.
    package static func currentDirectory() throws(PlatformError) -> String {
        let path = try pointerCall("getcwd", on: ".") { getcwd(nil, 0) }
        defer { free(path) }
        return String(cString: path)
    }

    /// The content of a small file. More than `limit` bytes fail with EFBIG before anything is returned.
    package static func readWhole(_ path: String, limit: Int) throws(PlatformError) -> [UInt8] {
        let file = try Descriptor.open(path, .read)
        // The length is a guess: that of a pipe or of a file of /proc is zero. One byte more tells the end.
        let length = try file.status().size
        var room = length == 0 ? min(limit, 4096) + 1 : Int(min(length, UInt64(limit))) + 1
        var content: [UInt8] = []
        while true {
            let chunk = try file.readChunk(byteCount: room)
            content = content.isEmpty ? chunk : content + chunk
            if chunk.count < room { return content }
            guard content.count <= limit else {
                throw PlatformError(operation: "read", object: path, errno: .fileTooLarge)
            }
            room = limit + 1 - content.count
        }
    }

    /// Makes one call on two paths; the error names the second.
    private static func twoPathCall(
        _ name: StaticString, _ source: String, _ target: String,
        _ body: (UnsafePointer<CChar>, UnsafePointer<CChar>) -> Int32
    ) throws(PlatformError) {
        guard !source.utf8.contains(0) else {
            throw PlatformError(operation: "\(name)", object: source, errno: .invalidArgument)
        }
        try pathCall(name, target) { target in source.withCString { body($0, target) } }
    }
}
