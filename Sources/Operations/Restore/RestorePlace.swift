import Format
import Platform
import Postgres

/// The directories that a restore writes into, and what has to be true of them before.
struct RestorePlace: Sendable {
    let paths: RestorePaths
    let manifest: BackupManifest
    let isDelta: Bool

    /// There from the first byte to the last: a directory that holds it is no cluster. Locked while somebody works.
    static let marker = "trunkline-restore-incomplete"
    static let processFile = "postmaster.pid"
    private static let versionFile = "PG_VERSION"
    /// PG_VERSION is a line, postmaster.pid some.
    private static let smallBytesMax = 64 << 10

    /// Whether there is a directory, or nothing at all.
    private enum Found { case nothing, empty, filled }

    /// Throws `exists` for what would be overwritten, `serverRunning`, and `wrongFile` where --delta meets another
    /// cluster.
    func check() throws(OperationError) {
        let root = paths.root
        try checkServer(root)
        switch try Self.find(root) {
        case .nothing, .empty: break
        case .filled:
            guard isDelta else { throw try refuseFilled(root) }
            try checkSameCluster(root)
        }
        for tablespace in paths.tablespaces {
            guard try Self.find(tablespace.target) == .filled else { continue }
            guard isDelta, try isOurs(tablespace) else {
                throw Self.filled(
                    tablespace.target, "the place of tablespace \(tablespace.oid) is not empty",
                    hint: "Give it another one with --tablespace \(tablespace.source)=DIRECTORY.")
            }
        }
    }

    private static func find(_ path: String) throws(OperationError) -> Found {
        do throws(PlatformError) {
            guard let status = try FileSystem.status(of: path) else { return .nothing }
            guard status.kind == .directory else {
                throw PlatformError(operation: "open", object: path, errno: .notADirectory)
            }
            return try FileSystem.list(path).isEmpty ? .empty : .filled
        } catch {
            throw OperationError(error, doing: "look into")
        }
    }

    private func refuseFilled(_ root: String) throws(OperationError) -> OperationError {
        let isUnfinished = try Self.exists("\(root)/\(Self.marker)")
        return Self.filled(
            root, isUnfinished ? "an unfinished restore is in it" : "the directory is not empty",
            hint: isUnfinished
                ? "Go on with --delta, or remove it."
                : "Name an empty directory, or say --delta to reuse what is there.")
    }

    private static func filled(_ path: String, _ cause: String, hint: String) -> OperationError {
        OperationError(.exists, operation: "restore into", object: path, cause: cause, hint: hint)
    }

    private func checkServer(_ root: String) throws(OperationError) {
        guard let lines = try Self.small("\(root)/\(Self.processFile)") else { return }
        let first = lines.split(separator: "\n").first.map { $0.trimmingBlanks() } ?? ""
        // A single-user server writes its number negative.
        guard let pid = Int32(first), Process.isAlive(pid < 0 ? -pid : pid) else {
            if isDelta { return }
            throw Self.filled(
                root, "a cluster is in it", hint: "Name an empty directory, or say --delta to reuse what is there.")
        }
        throw OperationError(
            .serverRunning, operation: "restore into", object: root, cause: "a server is running there, process \(pid)",
            hint: "Stop it first. If that process is none of PostgreSQL's, remove \(Self.processFile).")
    }

    /// The same system, or what an unfinished restore of the same version left.
    private func checkSameCluster(_ root: String) throws(OperationError) {
        let facts = manifest.facts
        do throws(PostgresError) {
            if let control = try? ControlFile.read(in: DataDirectory(root)) {
                guard control.system != facts.system else { return }
                throw PostgresError(
                    .notADataDirectory, "restore into", root,
                    "the cluster in it is system \(control.system), the backup is of \(facts.system)",
                    hint: "Name the directory of the same cluster, or an empty one.")
            }
        } catch {
            throw OperationError(error)
        }
        if try Self.exists("\(root)/\(Self.marker)") { return }
        let version = try Self.small("\(root)/\(Self.versionFile)")?.trimmingBlanks()
        guard version == "\(facts.major)" else {
            throw OperationError(
                .wrongFile, operation: "restore into", object: root,
                cause: "this is no data directory of PostgreSQL \(facts.major)",
                hint: "--delta reuses a data directory; everything else in it would be removed.")
        }
    }

    /// Whether the data directory that is there has this tablespace in that place already.
    private func isOurs(_ tablespace: RestorePaths.Tablespace) throws(OperationError) -> Bool {
        let link = "\(paths.root)/\(RestorePaths.tablespaceDirectory)/\(tablespace.oid)"
        guard (try? FileSystem.status(of: link, followLinks: false))??.kind == .symbolicLink else { return false }
        return (try? FileSystem.linkTarget(of: link)) == tablespace.target
    }

    private static func exists(_ path: String) throws(OperationError) -> Bool {
        do throws(PlatformError) {
            return try FileSystem.status(of: path, followLinks: false) != nil
        } catch {
            throw OperationError(error, doing: "look at")
        }
    }

    private static func small(_ path: String) throws(OperationError) -> String? {
        do throws(PlatformError) {
            guard try FileSystem.status(of: path) != nil else { return nil }
            return String(decoding: try FileSystem.readWhole(path, limit: smallBytesMax), as: UTF8.self)
        } catch {
            throw OperationError(error, doing: "read")
        }
    }
}

// MARK: - Room

extension RestorePlace {
    /// Left over on every file system, so that the server can start and recover.
    private static let spareBytes: UInt64 = 64 << 20

    /// Throws `noRoom` when a file system has less than what will be written to it; `states` tell what is there.
    func checkRoom(_ states: [FileState]) throws(OperationError) {
        var needed: [UInt64: (byteCount: UInt64, path: String)] = [:]
        var places: [String: (device: UInt64, path: String)] = [:]
        for (index, file) in manifest.files.enumerated() {
            if index < states.count, case .whole = states[index] { continue }
            let top = top(of: file.path)
            if places[top] == nil { places[top] = try Self.device(of: top) }
            guard let place = places[top] else { continue }
            var byteCount = file.pieces.reduce(UInt64(0)) { $0 + ($1.source == .zeros ? 0 : UInt64($1.byteCount)) }
            if index < states.count, states[index] != .absent {
                // What is there is overwritten in its place.
                let present = (try? FileSystem.status(of: paths.path(of: file.path)))??.size ?? 0
                byteCount -= min(present, byteCount)
            }
            needed[place.device, default: (0, place.path)].byteCount += byteCount
        }
        for (byteCount, path) in needed.values { try Self.checkRoom(byteCount, path) }
    }

    private static func checkRoom(_ byteCount: UInt64, _ path: String) throws(OperationError) {
        let free: UInt64
        do throws(PlatformError) {
            free = try FileSystem.freeBytes(at: path)
        } catch {
            throw OperationError(error, doing: "look at")
        }
        guard byteCount > 0, free < byteCount + spareBytes else { return }
        throw OperationError(
            .noRoom, operation: "restore into", object: path,
            cause: "\(byteCount) bytes are needed, \(free) are free on that file system",
            hint: "Make room, map tablespaces elsewhere, or say --force if you know better.")
    }

    /// The data directory or the tablespace that a file is in.
    private func top(of path: String) -> String {
        let parts = path.split(separator: "/", maxSplits: 2)
        guard parts.count > 1, parts[0] == RestorePaths.tablespaceDirectory else { return paths.root }
        return paths.tablespaces.first { $0.oid == parts[1] }?.target ?? paths.root
    }

    /// The file system that a path is or will be on: that of the nearest directory that exists.
    private static func device(of path: String) throws(OperationError) -> (device: UInt64, path: String)? {
        do throws(PlatformError) {
            var path: String? = path
            while let candidate = path {
                if let status = try FileSystem.status(of: candidate) { return (status.device, candidate) }
                path = FileSystem.parent(of: candidate)
            }
            return nil
        } catch {
            throw OperationError(error, doing: "look at")
        }
    }
}

extension OperationError.Code {
    /// A server works on the directory.
    package static let serverRunning = OperationError.Code("server running", .wouldOverwrite)
    /// There is not enough room.
    package static let noRoom = OperationError.Code("no room", .inputOutput)
}

extension StringProtocol {
    fileprivate func trimmingBlanks() -> String {
        var rest = self.drop { $0.isWhitespace }
        while rest.last?.isWhitespace == true { rest = rest.dropLast() }
        return String(rest)
    }
}
