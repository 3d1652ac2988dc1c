internal import Glibc

/// A file that appears under its name complete or not at all.
///
/// It is written under a temporary name in the same directory and renamed by `commit`. Ending its life without a
/// commit removes it; a process that is killed leaves the temporary, to be told by `owner(ofTemporary:)`. Nothing else
/// in the program renames what others may read.
package struct AtomicFile: ~Copyable, Sendable {
    /// What becomes of a file that has the target's name already.
    package enum Overwrite: Sendable {
        /// It stays, and the commit has no effect.
        case never
        /// It is replaced in one step.
        case replace
    }

    private let directory: String
    private let target: String
    private let temporary: String
    private var descriptor: Descriptor
    /// Whether the temporary is still there to be removed.
    private var isPending = true

    /// Opens a temporary file in `directory`, which exists, to become `name` in it, with `permissions` less the umask.
    package init(directory: String, name: String, permissions: UInt16 = 0o640) throws(PlatformError) {
        let target = "\(directory)/\(name)"
        guard !name.isEmpty, !name.utf8.contains(UInt8(ascii: "/")) else {
            throw PlatformError(operation: "open", object: target, errno: .invalidArgument)
        }
        let temporary = "\(directory)/\(Self.temporaryName(for: name))"
        let descriptor = try Descriptor.open(temporary, .createNew, permissions: permissions)
        self.init(directory: directory, target: target, temporary: temporary, descriptor: descriptor)
    }

    private init(directory: String, target: String, temporary: String, descriptor: consuming Descriptor) {
        self.directory = directory
        self.target = target
        self.temporary = temporary
        self.descriptor = descriptor
    }

    deinit {
        if isPending { Self.discard(temporary) }
    }

    /// Appends `bytes`.
    package mutating func write(_ bytes: RawSpan) throws(PlatformError) {
        try descriptor.write(bytes)
    }

    /// Writes `bytes` from `offset` on; several threads may do so at once, not mixed with `write(_:)`.
    package borrowing func write(_ bytes: RawSpan, at offset: UInt64) throws(PlatformError) {
        try descriptor.write(bytes, at: offset)
    }

    /// Reserves room on disk; see `Descriptor.preallocate`.
    package borrowing func preallocate(bytes: UInt64) throws(PlatformError) {
        try descriptor.preallocate(bytes: bytes)
    }

    /// Sets the mode whatever the umask, and gives the file to `owner` if there is one.
    package borrowing func setAttributes(permissions: UInt16, owner: Ownership.Owner?) throws(PlatformError) {
        if let owner { try descriptor.setOwner(owner) }
        try descriptor.setPermissions(permissions)
    }

    /// Bytes written so far, counted from the front to the last of them.
    package borrowing func byteCount() throws(PlatformError) -> UInt64 {
        try descriptor.status().size
    }

    /// Gives the file its name: synchronise, close, rename, synchronise the directory.
    ///
    /// Returns false when the name is taken and `overwrite` is `.never`; the temporary is removed. `durable: false`
    /// leaves out both synchronisations, for files that can be had again. After an error the name is as it was or has
    /// the whole content, possibly not durable yet.
    package consuming func commit(overwrite: Overwrite, durable: Bool = true) throws(PlatformError) -> Bool {
        if durable { try descriptor.synchronize() }
        try descriptor.closeInPlace()
        switch overwrite {
        case .replace: try FileSystem.rename(from: temporary, to: target)
        case .never:
            guard try FileSystem.renameExclusive(from: temporary, to: target) else { return false }
        }
        isPending = false
        if durable { try FileSystem.synchronizeDirectory(directory) }
        return true
    }

    /// Tries twice: a temporary left behind would be in everyone's way, and a call may fail once by accident.
    private static func discard(_ temporary: String) {
        for _ in 1...2 {
            if (try? FileSystem.remove(temporary)) != nil { return }
        }
    }
}

// MARK: - Temporary names

extension AtomicFile {
    private static let marker = ".tmp."
    /// Names have at most 255 bytes (NAME_MAX); this leaves 55 for the dot, the marker, a process number of at most ten
    /// digits, a dot and sixteen hex digits.
    private static let nameBytesMax = 200

    /// `.<name>.tmp.<process>.<random>`, with the end of a long name cut off.
    private static func temporaryName(for name: String) -> String {
        var base = name
        while base.utf8.count > nameBytesMax { base.removeLast() }
        return ".\(base)\(marker)\(Process.pid).\(String(Entropy.uniform(below: .max), radix: 16))"
    }

    /// The process that made the temporary file of this name, or nil when it is not such a name.
    ///
    /// The number means something only on the machine that made it, and only while it is not used again.
    package static func owner(ofTemporary name: String) -> Int32? {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard name.utf8.first == UInt8(ascii: "."), parts.count >= 5, parts[parts.count - 3] == "tmp",
            UInt64(parts[parts.count - 1], radix: 16) != nil, let owner = Int32(parts[parts.count - 2]), owner > 0
        else { return nil }
        return owner
    }
}
