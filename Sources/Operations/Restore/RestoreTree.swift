import Format
import Platform
import Stream

/// Makes and clears what a restore needs around the files' bytes: directories, links, files of the right length.
struct RestoreTree: Sendable {
    let paths: RestorePaths
    let manifest: BackupManifest
    /// Where the file with this number goes.
    let path: @Sendable (Int) -> String

    /// In every file system there is, a file of this length is worth a reservation in one piece.
    private static let reservedBytesMin: UInt64 = 1 << 20

    /// The mode of the data directory, by that of a file that `initdb` makes as it makes the directory.
    var rootPermissions: UInt16 { isGroupReadable ? 0o750 : 0o700 }
    /// And that of files that are made here.
    var filePermissions: UInt16 { isGroupReadable ? 0o640 : 0o600 }

    private var isGroupReadable: Bool {
        manifest.files.first { $0.path == "PG_VERSION" }.map { $0.mode & 0o040 != 0 } ?? false
    }

    /// Every directory of the backup with its mode, those included that the list leaves to what is in them.
    func directories() -> [(path: String, mode: UInt16)] {
        var known: [String: UInt16] = [:]
        for directory in manifest.directories { known[directory.path] = directory.mode }
        // A link is restored as what it led to.
        for link in manifest.links where !link.isTablespace && !isFile(link.path) {
            known[link.path] = known[link.path] ?? rootPermissions
        }
        for path in manifest.files.map(\.path) + Array(known.keys) {
            var parent = FileSystem.parent(of: path)
            while let missing = parent, known[missing] == nil {
                known[missing] = rootPermissions
                parent = FileSystem.parent(of: missing)
            }
        }
        let tops =
            [(paths.root, rootPermissions)]
            + paths.tablespaces.map { tablespace in
                let listed = known["\(RestorePaths.tablespaceDirectory)/\(tablespace.oid)"]
                return (tablespace.target, listed ?? rootPermissions)
            }
        let others = known.sorted { BackupPath.precedes($0.key, $1.key) }.map { (paths.path(of: $0.key), $0.value) }
        return tops + others.filter { other in !tops.contains { $0.0 == other.0 } }
    }

    private func isFile(_ path: String) -> Bool {
        var (low, high) = (0, manifest.files.count)
        while low < high {
            let middle = (low + high) / 2
            if BackupPath.precedes(manifest.files[middle].path, path) { low = middle + 1 } else { high = middle }
        }
        return low < manifest.files.count && manifest.files[low].path == path
    }

    /// Makes what is missing of the directories and the links of tablespaces.
    func makeDirectories() throws(OperationError) {
        do throws(PlatformError) {
            for (path, mode) in directories() {
                // Writable for us until everything is in it.
                try clearFor(directory: path)
                _ = try FileSystem.createDirectory(path, permissions: mode | 0o700, parents: true)
            }
            for tablespace in paths.tablespaces {
                let link = "\(paths.root)/\(RestorePaths.tablespaceDirectory)/\(tablespace.oid)"
                if (try? FileSystem.linkTarget(of: link)) == tablespace.target { continue }
                try FileSystem.removeTree(link)
                try FileSystem.createLink(link, to: tablespace.target)
            }
        } catch {
            throw OperationError(error, doing: "make")
        }
    }

    /// What has the name of a directory and is none gives way; a link of the server's own stays, as pg_wal may be one.
    private func clearFor(directory path: String) throws(PlatformError) {
        guard let status = try FileSystem.status(of: path, followLinks: false), status.kind != .directory else {
            return
        }
        let isLink = status.kind == .symbolicLink
        if isLink, try FileSystem.status(of: path)?.kind == .directory, isKnownLink(path) || isTop(path) { return }
        try FileSystem.remove(path)
    }

    private func isKnownLink(_ path: String) -> Bool { manifest.links.contains { paths.path(of: $0.path) == path } }

    private func isTop(_ path: String) -> Bool {
        path == paths.root || paths.tablespaces.contains { $0.target == path }
    }

    /// Makes a file, or the one that is there as long as it has to be; what is kept of it keeps its place.
    func prepare(_ index: Int, _ segments: ArraySlice<RestoreSegment>, isNew: Bool) throws(PlatformError) {
        let file = manifest.files[index]
        let path = path(index)
        if isNew { try FileSystem.removeTree(path) }
        let descriptor = try Descriptor.open(path, isNew ? .createNew : .readWrite, permissions: file.mode | 0o600)
        try descriptor.setSize(file.size)
        let hasHoles = segments.contains { $0.source == .zeros }
        if isNew && !hasHoles && file.size >= Self.reservedBytesMin {
            try descriptor.preallocate(bytes: file.size)
        }
        guard !isNew && hasHoles else { return }
        for segment in segments where segment.source == .zeros {
            try Self.writeZeros(descriptor, at: segment.offset, byteCount: segment.byteCount)
        }
    }

    private static let zeros = [UInt8](repeating: 0, count: BackupBlock.byteCount)

    private static func writeZeros(
        _ descriptor: borrowing Descriptor, at offset: UInt64, byteCount: Int
    ) throws(PlatformError) {
        var done = 0
        while done < byteCount {
            let length = min(byteCount - done, zeros.count)
            try zeros.withRawSpan { (bytes) throws(PlatformError) in
                try descriptor.write(bytes.extracting(0..<length), at: offset + UInt64(done))
            }
            done += length
        }
    }

    /// Gives a file its mode and owner where it has others, and makes it durable: one that was there whole may be the
    /// work of a restore that was killed before it came to that.
    func settle(_ index: Int, _ owner: Ownership.Owner?) throws(PlatformError) {
        let file = manifest.files[index]
        let descriptor = try Descriptor.open(path(index), .read)
        let status = try descriptor.status()
        if let owner, owner.userID != status.userID { try descriptor.setOwner(owner) }
        if status.permissions != file.mode { try descriptor.setPermissions(file.mode) }
        try descriptor.synchronize()
    }
}
