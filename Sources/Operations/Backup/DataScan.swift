import Format
import Platform
import Postgres

/// What is in a data directory and belongs into a backup: found by walking through it once, at the beginning.
///
/// What appears later is in the WAL, and so is what vanishes (doc/src/sgml/backup.sgml, "Making a Base Backup Using the
/// Low Level API").
struct DataScan: Sendable {
    private(set) var directories: [BackupDirectory] = []
    private(set) var links: [BackupLink] = []
    /// Ascending by path, without `global/pg_control`.
    private(set) var files: [ScannedFile] = []
    /// Read when everything else has been: it tells from where on a standby's backup is consistent.
    private(set) var control: ScannedFile?
    private(set) var warnings: [String] = []

    private let root: String
    private let exclusions: BackupExclusions

    /// Directories nested deeper are a loop of links.
    private static let depthMax = 32
    private static let tablespaces = "pg_tblspc"

    /// Walks through the data directory `root`.
    init(_ root: String, exclusions: BackupExclusions) throws(OperationError) {
        self.root = root
        self.exclusions = exclusions
        do throws(PlatformError) {
            try walk("", depth: 0)
        } catch {
            throw OperationError(error, doing: "look through the data directory at")
        }
        directories.sort { BackupPath.precedes($0.path, $1.path) }
        links.sort { BackupPath.precedes($0.path, $1.path) }
        files.sort { BackupPath.precedes($0.path, $1.path) }
        try requireControlFile()
    }

    /// Bytes of all files.
    var byteCount: UInt64 { files.reduce(control?.size ?? 0) { $0 + $1.size } }

    private func requireControlFile() throws(OperationError) {
        guard control == nil else { return }
        throw OperationError(
            .wrongFile, operation: "back up", object: root, cause: "there is no \(ControlFile.path) in it")
    }

    private mutating func walk(_ directory: String, depth: Int) throws(PlatformError) {
        guard depth <= Self.depthMax else {
            throw PlatformError(operation: "open", object: full(directory), errno: .tooManyLevels)
        }
        let names: [String]
        do throws(PlatformError) {
            names = try FileSystem.list(full(directory))
        } catch {
            // Dropped since its parent was listed.
            guard error.errno == .noSuchFile, depth > 0 else { throw error }
            return
        }
        let listing = exclusions.listing(of: directory, names)
        for name in names {
            let verdict = listing.verdict(name)
            guard verdict != .skip else { continue }
            try visit(directory.isEmpty ? name : "\(directory)/\(name)", isKeptEmpty: verdict == .keepEmpty, depth)
        }
    }

    private mutating func visit(_ path: String, isKeptEmpty: Bool, _ depth: Int) throws(PlatformError) {
        guard BackupPath.isValid(path), !path.unicodeScalars.contains("\u{FFFD}") else {
            warnings.append("\"\(path)\" is left out: its name is not UTF-8")
            return
        }
        guard let own = try FileSystem.status(of: full(path), followLinks: false) else { return }
        var status = own
        if own.kind == .symbolicLink {
            guard let behind = try FileSystem.status(of: full(path)) else {
                warnings.append("\"\(path)\" is left out: it is a link to nothing")
                return
            }
            guard let target = try target(of: path) else { return }
            links.append(BackupLink(path: path, target: target, isTablespace: isTablespace(path)))
            status = behind
        }
        switch status.kind {
        case .directory:
            directories.append(BackupDirectory(path: path, mode: status.permissions))
            if !isKeptEmpty { try walk(path, depth: depth + 1) }
        case .regular:
            let file = ScannedFile(path: path, status)
            if path == ControlFile.path { control = file } else { files.append(file) }
        default: break  // Sockets and pipes hold no data (sendDir, backup/basebackup.c).
        }
    }

    /// Nil when the link has vanished meanwhile, as that of a tablespace does when it is dropped.
    private func target(of path: String) throws(PlatformError) -> String? {
        do throws(PlatformError) {
            return try FileSystem.linkTarget(of: full(path))
        } catch {
            guard error.errno == .noSuchFile else { throw error }
            return nil
        }
    }

    private func isTablespace(_ path: String) -> Bool {
        let parts = path.split(separator: "/")
        return parts.count == 2 && parts[0] == Self.tablespaces
    }

    private func full(_ path: String) -> String { path.isEmpty ? root : "\(root)/\(path)" }
}
