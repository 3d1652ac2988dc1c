/// Which files of a data directory a base backup leaves out: what PostgreSQL's own leaves out in any version from 13 to
/// 18 (`sendDir`, backend/backup/basebackup.c), and the signal files, which say how the *next* server is to start.
package struct BackupExclusions: Sendable {
    package enum Verdict: Sendable {
        case copy
        /// As if it were not there.
        case skip
        /// A directory, or a link to one, that the server wants to find, but whose content it makes itself.
        case keepEmpty
    }

    /// The names of one directory, with what they say about one another.
    package struct Listing: Sendable {
        fileprivate let directory: String
        fileprivate let tablespaceVersion: String?
        fileprivate let holdsDatabase: Bool
        /// Relations with an init fork in this directory.
        fileprivate let unlogged: Set<UInt32>
    }

    /// The only directory of a tablespace that is this server's; others are of versions before or after `pg_upgrade`.
    private let tablespaceVersion: String

    /// Takes what `tablespaceVersion(major:catalogVersion:)` gives.
    package init(tablespaceVersion: String) {
        self.tablespaceVersion = tablespaceVersion
    }

    /// `TABLESPACE_VERSION_DIRECTORY` (common/relpath.h): `PG_15_202209061`.
    package static func tablespaceVersion(major: Int, catalogVersion: UInt32) -> String {
        "PG_\(major)_\(catalogVersion)"
    }

    /// `pg_wal` itself and what a server of this version wants in it, relative to the data directory; parents first.
    package static func walDirectories(major: Int) -> [String] {
        ["pg_wal", "pg_wal/archive_status"] + (major >= 17 ? ["pg_wal/summaries"] : [])
    }

    /// `directory` is relative to the data directory, empty for itself; `names` is everything in it.
    package func listing(of directory: String, _ names: [String]) -> Listing {
        let parts = directory.split(separator: "/", omittingEmptySubsequences: false)
        let holdsDatabase = RelationDirectory(parts[...]).map { $0.database != 0 } ?? false
        let initial = holdsDatabase ? names.compactMap { RelationFileName($0) }.filter { $0.fork == .initial } : []
        let isTablespace = parts.count == 2 && parts[0] == "pg_tblspc"
        return Listing(
            directory: directory, tablespaceVersion: isTablespace ? tablespaceVersion : nil,
            holdsDatabase: holdsDatabase, unlogged: Set(initial.map(\.number)))
    }
}

extension BackupExclusions.Listing {
    /// Directories whose content the server removes or makes when it starts (`excludeDirContents`).
    private static let emptyDirectories: Set<String> = [
        "pg_wal", "pg_stat_tmp", "pg_replslot", "pg_dynshmem", "pg_notify", "pg_serial", "pg_snapshots", "pg_subtrans",
    ]

    /// `excludeFiles`: in whatever directory.
    private static let strayFiles: Set<String> = [
        "postgresql.auto.conf.tmp", "current_logfiles.tmp", "backup_label", "tablespace_map", "backup_manifest",
        "postmaster.pid", "postmaster.opts",
    ]

    /// `PG_TEMP_FILE_PREFIX` and `RELCACHE_INIT_FILENAME`: in whatever directory.
    private static let strayPrefixes = ["pgsql_tmp", "pg_internal.init"]

    /// What becomes of the entry with this name.
    package func verdict(_ name: String) -> BackupExclusions.Verdict {
        if Self.strayPrefixes.contains(where: name.hasPrefix) || Self.strayFiles.contains(name) { return .skip }
        if directory.isEmpty {
            if name == RecoveryMode.recoverySignal || name == RecoveryMode.standbySignal { return .skip }
            return Self.emptyDirectories.contains(name) ? .keepEmpty : .copy
        }
        if let tablespaceVersion { return name == tablespaceVersion ? .copy : .skip }
        if holdsDatabase, RelationFileName.isTemporary(name) || isUnlogged(name) { return .skip }
        return .copy
    }

    /// Unlogged relations are empty after a recovery, made from their init fork.
    private func isUnlogged(_ name: String) -> Bool {
        guard !unlogged.isEmpty, let file = RelationFileName(name) else { return false }
        return file.fork != .initial && unlogged.contains(file.number)
    }
}
