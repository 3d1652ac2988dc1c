package import Platform

extension LocalStore {
    /// Temporary files younger than this are left alone: on a network file system their process may be alive on another
    /// host, whose numbers mean nothing here, and no upload takes a day.
    package static let abandonedAfterSeconds = 86_400.0

    /// Removes temporary files that were last written more than `seconds` ago by a process that is no more. Returns how
    /// many. Safe at any time: an upload that is cut off by it fails, and is made again by its caller.
    package func removeAbandoned(
        olderThan seconds: Double = abandonedAfterSeconds, now: UnixTime = Clock.now(), until deadline: Deadline
    ) throws(StoreError) -> Int {
        try requireRoot(for: nil, .list)
        var count = 0
        var directories = [root]
        while let directory = directories.popLast() {
            try check(deadline, .list, directory)
            do throws(PlatformError) {
                for name in try FileSystem.list(directory) {
                    let path = "\(directory)/\(name)"
                    guard let status = try FileSystem.status(of: path, followLinks: false) else { continue }
                    if status.kind == .directory { directories.append(path) }
                    guard status.kind == .regular, now.seconds(since: status.modified) > seconds else { continue }
                    if isAbandoned(name), try FileSystem.remove(path) { count += 1 }
                }
            } catch {
                throw StoreError(local: error, .list, directory)
            }
        }
        return count
    }

    private func isAbandoned(_ name: String) -> Bool {
        guard let writer = AtomicFile.owner(ofTemporary: name) else { return false }
        return !Process.isAlive(writer)
    }
}
