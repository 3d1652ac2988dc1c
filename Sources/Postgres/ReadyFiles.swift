package import Format
internal import Platform

/// What PostgreSQL is waiting to have archived: the `.ready` files of a WAL directory's `archive_status`.
package enum ReadyFiles {
    /// The suffix that marks a file as waiting (`XLogArchiveNotify`, access/transam/xlogarchive.c).
    private static let suffix = ".ready"

    /// Names of at most `limit` waiting files, the next one first, in the order in which the archiver takes them.
    ///
    /// `walDirectory` is the directory of the WAL file that is being archived. One without `archive_status` has nothing
    /// waiting. Throws `unreadable`.
    package static func oldest(in walDirectory: String, limit: Int) throws(PostgresError) -> [WALFileName] {
        let names = try PostgresError.reading { () throws(PlatformError) in
            let directory = "\(walDirectory)/archive_status"
            return try FileSystem.status(of: directory) == nil ? [] : try FileSystem.list(directory)
        }
        return oldest(among: names, limit: limit)
    }

    /// The same for names already listed; whatever the archiver would pass over is passed over.
    package static func oldest(among names: [String], limit: Int) -> [WALFileName] {
        var oldest: [WALFileName] = []
        for name in names where name.hasSuffix(suffix) {
            guard let file = WALFileName(String(name.dropLast(suffix.count))) else { continue }
            guard oldest.count < limit || oldest.last.map({ file < $0 }) ?? false else { continue }
            oldest.insert(file, at: oldest.firstIndex { file < $0 } ?? oldest.count)
            if oldest.count > limit {
                oldest.removeLast()
            }
        }
        return oldest
    }
}
