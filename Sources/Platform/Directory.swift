internal import Glibc

// Directories: making, listing, clearing.
extension FileSystem {
    /// Makes a directory with `permissions` less the umask; false when there is one already, which is left as it is.
    ///
    /// `parents` makes the missing directories above it too; `durable` returns only when every new name is on stable
    /// storage. ENOTDIR when the name is taken by something else.
    @discardableResult
    package static func createDirectory(
        _ path: String, permissions: UInt16 = 0o750, parents: Bool = false, durable: Bool = false
    ) throws(PlatformError) -> Bool {
        do {
            try pathCall("mkdir", path) { mkdir($0, mode_t(permissions)) }
        } catch {
            switch error.errno {
            case .exists:
                guard try status(of: path)?.kind == .directory else {
                    throw PlatformError(operation: "mkdir", object: path, errno: .notADirectory)
                }
                return false
            case .noSuchFile where parents:
                guard let parent = parent(of: path) else { throw error }
                try createDirectory(parent, permissions: permissions, parents: true, durable: durable)
                return try createDirectory(path, permissions: permissions, durable: durable)
            default: throw error
            }
        }
        if durable { try synchronizeDirectory(parent(of: path) ?? ".") }
        return true
    }

    /// The directory that holds `path`; nil when its text names none, as for `x`, `/` and the empty text.
    package static func parent(of path: String) -> String? {
        var bytes = path.utf8[...]
        let slash = UInt8(ascii: "/")
        while bytes.count > 1, bytes.last == slash { bytes.removeLast() }
        guard let cut = bytes.lastIndex(of: slash), bytes.count > 1 else { return nil }
        bytes = bytes[..<cut]
        while bytes.count > 1, bytes.last == slash { bytes.removeLast() }
        return bytes.isEmpty ? "/" : String(Substring(bytes))
    }

    /// The names in a directory, in no particular order, without `.` and `..`.
    ///
    /// Names that are not UTF-8 come repaired, with U+FFFD, and cannot be opened by what is returned.
    package static func list(_ directory: String) throws(PlatformError) -> [String] {
        let stream = try DirectoryStream(directory)
        var names: [String] = []
        while let entry = try stream.next() { names.append(String(cString: entry)) }
        return names
    }

    /// Removes a file, or a directory with everything below it; false when nothing has that name.
    ///
    /// Symbolic links are removed, not followed. Names that vanish meanwhile are no error. Directories nested deeper
    /// than `treeDepthMax` fail with ELOOP.
    @discardableResult
    package static func removeTree(_ path: String) throws(PlatformError) -> Bool {
        guard let status = try status(of: path, followLinks: false) else { return false }
        guard status.kind == .directory else { return try remove(path) }
        try clear(DirectoryStream(path), depth: 1)
        return try removeDirectory(path)
    }

    /// Removes an empty directory; false when there is none.
    @discardableResult
    package static func removeDirectory(_ path: String) throws(PlatformError) -> Bool {
        do {
            try pathCall("rmdir", path) { rmdir($0) }
            return true
        } catch {
            guard error.errno == .noSuchFile else { throw error }
            return false
        }
    }

    /// Each level keeps a descriptor open; nothing this program makes is nested deeper than ten.
    private static let treeDepthMax = 64

    private static func clear(_ stream: consuming DirectoryStream, depth: Int) throws(PlatformError) {
        guard depth <= treeDepthMax else {
            throw PlatformError(operation: "unlinkat", object: stream.path, errno: .tooManyLevels)
        }
        while let name = try stream.next() {
            do {
                try stream.remove(name, flags: 0)
            } catch {
                // EISDIR is Linux's answer for a directory, EPERM that of POSIX (unlink(2)).
                guard error.errno == .isADirectory || error.errno == .notPermitted else { throw error }
                try clear(stream.openDirectory(name), depth: depth + 1)
                try stream.remove(name, flags: AT_REMOVEDIR)
            }
        }
    }
}

/// An open directory, read name by name. Names are C strings that hold until the next call of `next`.
private struct DirectoryStream: ~Copyable {
    private let stream: OpaquePointer
    /// For error messages.
    let path: String

    init(_ path: String) throws(PlatformError) {
        let number = try pathCall("open", path) { Glibc.open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        try self.init(adopting: number, path: path)
    }

    private init(adopting number: Int32, path: String) throws(PlatformError) {
        do {
            stream = try pointerCall("fdopendir", on: path) { fdopendir(number) }
        } catch {
            Glibc.close(number)
            throw error
        }
        self.path = path
    }

    deinit { closedir(stream) }

    func next() throws(PlatformError) -> UnsafePointer<CChar>? {
        while true {
            errno = 0
            guard let entry = try entry() else { return nil }
            let name = UnsafeRawPointer(entry).advanced(by: MemoryLayout<dirent>.offset(of: \.d_name)!)
                .assumingMemoryBound(to: CChar.self)
            if strcmp(name, ".") != 0 && strcmp(name, "..") != 0 { return name }
        }
    }

    /// readdir(3) answers null both at the end, with errno as it was, and for an error.
    private func entry() throws(PlatformError) -> UnsafeMutablePointer<dirent>? {
        do {
            return try pointerCall("readdir", on: path) { readdir(stream) }
        } catch {
            guard error.errno == Errno(rawValue: 0) else { throw error }
            return nil
        }
    }

    /// A name that has vanished is no error.
    func remove(_ name: UnsafePointer<CChar>, flags: Int32) throws(PlatformError) {
        do {
            _ = try systemCall("unlinkat") { unlinkat(dirfd(stream), name, flags) }
        } catch .noSuchFile {
        } catch {
            throw PlatformError(operation: "unlinkat", object: join(name), errno: error)
        }
    }

    func openDirectory(_ name: UnsafePointer<CChar>) throws(PlatformError) -> DirectoryStream {
        let path = join(name)
        let number = try systemCall("openat", on: path) {
            openat(dirfd(stream), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        }
        return try DirectoryStream(adopting: number, path: path)
    }

    private func join(_ name: UnsafePointer<CChar>) -> String { "\(path)/\(String(cString: name))" }
}
