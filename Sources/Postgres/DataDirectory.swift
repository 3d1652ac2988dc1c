internal import Platform

/// The directory of a cluster (PGDATA), known by its `global/pg_control`.
package struct DataDirectory: Equatable, Sendable {
    /// As found, not resolved: relative when the server passed a relative path.
    package let path: String

    /// Bits of the mode that let the group read the cluster (`PG_DIR_MODE_GROUP`, common/file_perm.h).
    private static let groupPermissions: UInt16 = 0o750

    /// Takes `path` when it holds a control file.
    ///
    /// Throws `notADataDirectory`, or `unreadable` when the operating system does not let us see.
    package init(_ path: String) throws(PostgresError) {
        guard try Self.holdsControlFile(path) else {
            throw PostgresError(
                .notADataDirectory, "open data directory", path, "there is no \(ControlFile.path) in it",
                hint: "Name the directory that initdb made, the one PostgreSQL shows as data_directory.")
        }
        self.path = path
    }

    private init(found path: String) {
        self.path = path
    }

    /// Finds the cluster that the WAL file at `walPath` (PostgreSQL's `%p`) belongs to; nil when there is none.
    ///
    /// First the parent of the directory that the path names, as it is spelt; then the working directory, which is the
    /// data directory for commands that a server runs. A `pg_wal` that is a symbolic link is not followed: its target
    /// usually stands beside other clusters', so that what is above it says nothing.
    ///
    /// - Parameter workingDirectory: nil where that of this process has nothing to do with the server.
    package static func containing(walPath: String, workingDirectory: String? = ".") throws(PostgresError) -> Self? {
        for candidate in [parent(of: parent(of: walPath)), workingDirectory].compactMap(\.self) {
            if try holdsControlFile(candidate) { return DataDirectory(found: candidate) }
        }
        return nil
    }

    package var controlFilePath: String { "\(path)/\(ControlFile.path)" }
    package var walPath: String { "\(path)/pg_wal" }

    /// The mode the server gives its own files, and so the mode of every file put beside them: 0640 in a cluster that
    /// the group may read (`initdb --allow-group-access`), else 0600 (`SetDataDirectoryCreatePerm`).
    package func filePermissions() throws(PostgresError) -> UInt16 {
        try isGroupReadable() ? 0o640 : 0o600
    }

    /// As `filePermissions`, for directories: 0750 or 0700.
    package func directoryPermissions() throws(PostgresError) -> UInt16 {
        try isGroupReadable() ? 0o750 : 0o700
    }

    private func isGroupReadable() throws(PostgresError) -> Bool {
        let status = try PostgresError.reading { () throws(PlatformError) in try FileSystem.status(of: path) }
        return status.map { $0.permissions & Self.groupPermissions == Self.groupPermissions } ?? false
    }

    private static func holdsControlFile(_ path: String) throws(PostgresError) -> Bool {
        let status = try PostgresError.reading { () throws(PlatformError) in
            try FileSystem.status(of: "\(path)/\(ControlFile.path)")
        }
        return status?.kind == .regular
    }

    /// The directory above, by the path's text alone.
    static func parent(of path: String) -> String {
        let components = path.split(separator: "/")
        guard let last = components.last, last != "." else { return path.hasPrefix("/") ? "/" : ".." }
        guard last != ".." else { return path + "/.." }
        let parent = components.dropLast().joined(separator: "/")
        guard !path.hasPrefix("/") else { return "/" + parent }
        return parent.isEmpty ? "." : parent
    }
}
