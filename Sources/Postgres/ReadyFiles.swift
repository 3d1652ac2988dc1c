package import Format
internal import Platform

/// What PostgreSQL is waiting to have archived: the `.ready` files of a WAL directory's `archive_status`.
package enum ReadyFiles {
    /// The suffix that marks a file as waiting (`XLogArchiveNotify`, access/transam/xlogarchive.c).
    private static let suffix = ".ready"
    /// Where the marks are, in the directory of the WAL.
    private static let directory = "archive_status"

    /// Names of at most `limit` waiting files, the next one first, in the order in which the archiver takes them.
    ///
    /// `walDirectory` is the directory of the WAL file that is being archived. One without `archive_status` has nothing
    /// waiting. Throws `unreadable`.
    package static func oldest(in walDirectory: String, limit: Int) throws(PostgresError) -> [WALFileName] {
        oldest(among: try marks(in: walDirectory), limit: limit)
    }

    /// Every file that waits, in no order, with its mark. `walDirectory` as above. Throws `unreadable`.
    package static func all(in walDirectory: String) throws(PostgresError) -> [(file: WALFileName, mark: String)] {
        try marks(in: walDirectory).compactMap { name in
            waiting(name).map { ($0, "\(walDirectory)/\(directory)/\(name)") }
        }
    }

    /// The same as `oldest` for names already listed; whatever the archiver would pass over is passed over.
    package static func oldest(among names: [String], limit: Int) -> [WALFileName] {
        var oldest: [WALFileName] = []
        for name in names {
            guard let file = waiting(name) else { continue }
            guard oldest.count < limit || oldest.last.map({ file < $0 }) ?? false else { continue }
            oldest.insert(file, at: oldest.firstIndex { file < $0 } ?? oldest.count)
            if oldest.count > limit {
                oldest.removeLast()
            }
        }
        return oldest
    }

    private static func marks(in walDirectory: String) throws(PostgresError) -> [String] {
        try PostgresError.reading { () throws(PlatformError) in
            let directory = "\(walDirectory)/\(directory)"
            return try FileSystem.status(of: directory) == nil ? [] : try FileSystem.list(directory)
        }
    }

    /// The file that a mark of this name is for.
    private static func waiting(_ name: String) -> WALFileName? {
        name.hasSuffix(suffix) ? WALFileName(String(name.dropLast(suffix.count))) : nil
    }
}
