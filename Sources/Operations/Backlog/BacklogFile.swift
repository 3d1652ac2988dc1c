package import Format
package import Platform
import Stream

/// The backlog of one best-effort repository on disk: `backlog/<repository>` in the cluster's state directory.
///
/// Several processes may add to it, under a lock of its own. What was added is durable when the call returns. Entries
/// are removed many at a time, by replacing the file: one that comes back after a crash costs a comparison. A file that
/// is gone is an empty backlog; one that makes no sense is an overflowed one.
package final class BacklogFile: Sendable {
    private let directory: String
    private let name: String
    private let scope: String
    private let limit: Int
    /// The file as this process has last seen or left it.
    private let seen = Gate<FileStatus?>(nil)

    /// Others hold the lock for one small write, or for the rewriting of some megabytes.
    private static let lockSeconds = 5.0
    /// A file is replaced before it has as many entries twice over; a longer one is not ours.
    private static let growthMax = 4

    /// - Parameter limit: of the list.
    package init(
        stateDirectory: String, cluster: ClusterName, repository: RepositoryConfiguration,
        limit: Int = BacklogList.defaultLimit
    ) {
        directory = "\(stateDirectory)/backlog"
        name = repository.name
        scope = "cluster=\(cluster) \(repository.name)=\(repository.place)"
        self.limit = limit
    }

    private var path: String { "\(directory)/\(name)" }

    /// What the file says now.
    package func load() -> BacklogList {
        do throws(PlatformError) {
            guard try FileSystem.status(of: path) != nil else { return BacklogList(limit: limit) }
            let most = limit * BacklogList.lineBytesMax * Self.growthMax + scope.utf8.count
            return BacklogList(octets: try FileSystem.readWhole(path, limit: most), scope: scope, limit: limit)
        } catch {
            var unknown = BacklogList(limit: limit)
            unknown.set(.overflowed)
            return unknown
        }
    }

    /// Whether somebody else has changed the file since this object last did or looked.
    package var hasChanged: Bool {
        let now = (try? FileSystem.status(of: path)) ?? nil
        return seen.withLock { $0 } != now
    }

    /// Adds what is not there yet, durably; for a process that does not keep the list.
    package func add(_ entries: [BacklogList.Entry]) throws(PlatformError) {
        let lock = try lock()
        var list = load()
        let coverage = list.coverage
        let new = entries.filter { list.add($0) }
        let hasMore = list.coverage != coverage
        if hasMore || !new.isEmpty { try extend(new, saying: hasMore ? list.coverage : .complete) }
        _ = consume lock
    }

    /// Appends entries, and what the list says of its completeness now unless that is `complete`, durably and in one
    /// write.
    package func append(
        _ entries: [BacklogList.Entry], saying coverage: BacklogList.Coverage = .complete
    ) throws(PlatformError) {
        guard !entries.isEmpty || coverage != .complete else { return }
        let lock = try lock()
        try extend(entries, saying: coverage)
        _ = consume lock
    }

    /// What becomes of the file's word about its completeness when it is replaced.
    package enum Change: Sendable {
        case none
        /// A comparison begins.
        case beginComparing
        /// It has ended, and found everything unless the list has overflowed meanwhile.
        case endComparing
    }

    /// Replaces the file by one without `removed`; returns what it says then, which others may have added to.
    package func settle(
        removing removed: Set<WALObjectName>, _ change: Change = .none
    ) throws(PlatformError) -> BacklogList {
        let lock = try lock()
        var list = load()
        for file in removed { list.remove(file) }
        switch change {
        case .none: break
        case .beginComparing: list.set(.comparing)
        case .endComparing: if list.coverage == .comparing { list.set(.complete) }
        }
        try replace(list)
        _ = consume lock
        return list
    }

    private func lock() throws(PlatformError) -> FileLock {
        try FileSystem.createDirectory(directory, permissions: 0o750, parents: true, durable: true)
        let path = "\(path).lock"
        guard let lock = try FileLock.acquire(path, until: .after(seconds: Self.lockSeconds)) else {
            throw PlatformError(operation: "lock", object: path, errno: .wouldBlock)
        }
        return lock
    }

    private func extend(
        _ entries: [BacklogList.Entry], saying coverage: BacklogList.Coverage
    ) throws(PlatformError) {
        if let file = try wholeFile() {
            let text = entries.map(BacklogList.line).joined() + BacklogList.line(coverage)
            try file.write(octets: Array(text.utf8))
            try file.synchronize()
            note(try file.status())
        } else {
            var list = load()
            for entry in entries { list.add(entry) }
            list.set(max(list.coverage, coverage))
            try replace(list)
        }
    }

    /// The file opened for appending; nil when there is none of ours, or its last line was never finished.
    private func wholeFile() throws(PlatformError) -> Descriptor? {
        guard let status = try FileSystem.status(of: path) else { return nil }
        let start = Array(BacklogList(limit: limit).text(scope: scope).utf8)
        guard status.size >= UInt64(start.count) else { return nil }
        let reading = try Descriptor.open(path, .read)
        guard try reading.octets(at: 0, count: start.count) == start,
            try reading.octets(at: status.size - 1, count: 1) == [UInt8(ascii: "\n")]
        else { return nil }
        return try Descriptor.open(path, .append)
    }

    private func replace(_ list: BacklogList) throws(PlatformError) {
        var file = try AtomicFile(directory: directory, name: name)
        try file.write(text: list.text(scope: scope))
        _ = try file.commit(overwrite: .replace)
        note(try FileSystem.status(of: path))
    }

    private func note(_ status: FileStatus?) { seen.withLock { $0 = status } }
}

extension Descriptor {
    /// `count` bytes from `offset` on, fewer at the end; a few.
    fileprivate func octets(at offset: UInt64, count: Int) throws(PlatformError) -> [UInt8] {
        var block = Block(capacity: count)
        _ = try block.append { (output) throws(PlatformError) in try read(at: offset, into: &output) }
        return block.withBytes { $0.octets(first: count) }
    }
}
