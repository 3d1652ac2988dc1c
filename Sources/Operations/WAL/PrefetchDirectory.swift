package import Format
package import Platform

/// The private directory in which restored segments wait for PostgreSQL: beside `pg_wal`, on its file system.
///
/// Its name begins with `pgsql_tmp`, which base backups and pg_rewind leave out (`PG_TEMP_FILE_PREFIX`,
/// backend/backup/basebackup.c), and ends with the inode of `pg_wal`, so that two clusters whose WAL directories share
/// a parent do not meet. A file in it has its segment's name only once it is complete and checked. It comes and goes:
/// whoever puts something in calls `prepare` first, and whoever looks finds nothing where there is no directory.
package struct PrefetchDirectory: Sendable, Equatable {
    package let path: String
    /// `pg_wal`, without symbolic links; nil where nothing is to be moved there.
    private let walDirectory: String?

    /// For its owner alone: what waits in it is the database's content.
    private static let permissions: UInt16 = 0o700
    /// Whoever else may write in it could give PostgreSQL anything.
    private static let foreignWriting: UInt16 = 0o022
    private static let prefix = "pgsql_tmp_trunkline_"
    private static let lockName = "lock"
    private static let requestName = "request"
    /// A segment name has 24 characters.
    private static let requestBytesMax = 64
    /// How long a fetch waits for the same segment to arrive through the prefetcher before it goes itself.
    private static let arrivalSeconds = 10.0
    /// Between two looks at an arriving file: a segment arrives within some ten milliseconds.
    private static let arrivalPollSeconds = 0.002

    /// The directory beside the one that PostgreSQL wants the file in, whether it is there or not.
    package init?(besideWALDirectory walDirectory: String) {
        guard let real = try? FileSystem.realPath(walDirectory), let wal = try? FileSystem.status(of: real),
            let parent = FileSystem.parent(of: real)
        else { return nil }
        path = "\(parent == "/" ? "" : parent)/\(Self.prefix)\(wal.inode)"
        self.walDirectory = real
    }

    /// An existing directory, as the prefetcher is handed it.
    package init(path: String) {
        self.path = path
        walDirectory = nil
    }

    /// Makes the directory if needed; false where it cannot serve: no permission, somebody else's, or files cannot be
    /// renamed from it into `pg_wal`.
    package func prepare() -> Bool {
        guard (try? FileSystem.createDirectory(path, permissions: Self.permissions)) != nil, isOurs else {
            return false
        }
        guard let walDirectory else { return true }
        // rename(2) compares the mounts before it looks for the names, so asking costs nothing and changes nothing.
        let nothing = "\(Self.prefix)nothing"
        do throws(PlatformError) {
            try FileSystem.rename(from: "\(path)/\(nothing)", to: "\(walDirectory)/\(nothing)")
        } catch  where error.errno == .noSuchFile {
            return true
        } catch {}
        _ = try? FileSystem.removeDirectory(path)
        return false
    }

    /// A directory that nobody but this user can have put anything into.
    private var isOurs: Bool {
        guard let own = (try? FileSystem.status(of: path, followLinks: false)) ?? nil else { return false }
        return own.kind == .directory && own.userID == Process.userID && own.permissions & Self.foreignWriting == 0
    }

    /// Hands the segment over to PostgreSQL; false when it is not here. If it is just arriving, it is waited for.
    ///
    /// Whatever goes wrong, the segment is as good as not here: it can be fetched. One that `isRight`, given its path,
    /// does not recognise is removed.
    func take(
        _ name: SegmentName, to target: String, claim: TargetClaim? = nil,
        if isRight: (_ path: String) -> Bool = { _ in true }
    ) -> Bool {
        guard isOurs else { return false }
        let patience = Deadline.after(seconds: Self.arrivalSeconds)
        repeat {
            let isArriving = isArriving(name)
            let file = "\(path)/\(name)"
            if ((try? FileSystem.status(of: file, followLinks: false)) ?? nil) != nil {
                guard isRight(file) else {
                    discard(name)
                    return false
                }
                return (try? claim.rename(from: file, to: target)) != nil
            }
            if !isArriving { return false }
            Clock.sleep(seconds: Self.arrivalPollSeconds)
        } while !patience.hasPassed
        return false
    }

    /// Asks the prefetcher to go on behind `name`.
    package func request(after name: SegmentName) throws(PlatformError) {
        var file = try AtomicFile(directory: path, name: Self.requestName, permissions: 0o600)
        try file.write(text: "\(name)")
        _ = try file.commit(overwrite: .replace, durable: false)
    }

    /// What was last asked for.
    package struct Request: Equatable, Sendable {
        package let name: SegmentName
        package let at: UnixTime
    }

    /// The last request; nil when there was none.
    package func requested() -> Request? {
        let file = "\(path)/\(Self.requestName)"
        guard let status = try? FileSystem.status(of: file),
            let bytes = try? FileSystem.readWhole(file, limit: Self.requestBytesMax),
            let name = SegmentName(String(decoding: bytes, as: UTF8.self))
        else { return nil }
        return Request(name: name, at: status.modified)
    }

    /// The lock of the one prefetcher of this directory; nil while another process holds it.
    package func lock() throws(PlatformError) -> FileLock? {
        try FileLock.tryAcquire("\(path)/\(Self.lockName)")
    }

    /// Whether the directory is there and no prefetcher is at work in it.
    package var isUnattended: Bool {
        guard let lock = try? lock() else { return false }
        _ = consume lock
        return true
    }

    /// The segments that are here, complete.
    package func segments() throws(PlatformError) -> Set<SegmentName> {
        Set(try FileSystem.list(path).compactMap { SegmentName($0) })
    }

    package func discard(_ name: SegmentName) {
        _ = try? FileSystem.remove("\(path)/\(name)")
    }
}

// MARK: - Cleaning up

extension PrefetchDirectory {
    /// Removes the directory unless something waits or works in it.
    package func removeIfUnused() {
        guard let names = try? FileSystem.list(path), names.allSatisfy({ $0 == Self.lockName }), isUnattended else {
            return
        }
        remove()
    }

    /// Removes what processes that are gone left half-written or half-moved.
    package func sweep() {
        for name in (try? FileSystem.list(path)) ?? [] {
            guard let owner = Self.owner(of: name), !Process.isAlive(owner) else { continue }
            _ = try? FileSystem.remove("\(path)/\(name)")
        }
    }

    /// Removes the directory with everything in it. Where somebody is just moving a file through it, also another
    /// thread of this process, that and the directory stay, for whoever it is to clean up.
    package func remove() {
        for name in (try? FileSystem.list(path)) ?? [] {
            if let owner = Self.owner(of: name), Process.isAlive(owner) { continue }
            _ = try? FileSystem.remove("\(path)/\(name)")
        }
        _ = try? FileSystem.removeDirectory(path)
    }

    /// A name for a complete file that one call only moves through here: nobody else touches it.
    static func privateName(of name: String) -> String {
        "\(name).\(String(Entropy.uniform(below: .max), radix: 16)).moving.\(Process.pid)"
    }

    /// The process that a name says is at work on the file; nil for a file that is nobody's.
    private static func owner(of name: String) -> Int32? {
        if let owner = AtomicFile.owner(ofTemporary: name) { return owner }
        let parts = name.split(separator: ".")
        guard parts.count >= 3, parts[parts.count - 2] == "moving" else { return nil }
        return Int32(parts[parts.count - 1])
    }

    /// Whether a living process is writing the segment that is to wait here under its name.
    private func isArriving(_ name: SegmentName) -> Bool {
        let names = (try? FileSystem.list(path)) ?? []
        return names.contains { temporary in
            guard temporary.hasPrefix(".\(name).tmp."), let owner = AtomicFile.owner(ofTemporary: temporary) else {
                return false
            }
            return Process.isAlive(owner)
        }
    }
}
