import Codec
import Format
import Platform
import Postgres
import Stream

/// A restore under way: everything that writes.
///
/// The order matters: a marker first, `global/pg_control` last, everything between durable before. Whatever happens on
/// the way, no server starts from what is there.
struct RestoreRun {
    private let restore: Restore
    private let plan: RestorePlan
    private let parameters: OpenParameters
    private let tree: RestoreTree
    private let owner: Ownership.Owner?
    private var notices: [String] = []

    static let controlPath = ControlFile.path
    private static let stagedControlName = "trunkline-restore-pg_control"
    private static let labelName = "backup_label"
    /// fsync(2) waits for the device, which takes several at once.
    private static let synchronizersMin = 4

    static func stagedControl(_ paths: RestorePaths) -> String { "\(paths.root)/\(stagedControlName)" }

    init(_ restore: Restore, _ plan: RestorePlan, _ parameters: OpenParameters) {
        self.restore = restore
        self.plan = plan
        self.parameters = parameters
        tree = RestoreTree(
            paths: plan.paths, manifest: plan.manifest, path: Restore.filePath(plan.manifest, plan.paths))
        let facts = plan.manifest.facts
        owner = Process.userID == 0 ? Ownership.owner(user: facts.owner, group: facts.group) : nil
        if Process.userID == 0, owner == nil {
            notices.append(
                "there is no user \"\(facts.owner)\" with group \"\(facts.group)\" here: the files belong to root, "
                    + "as whom no server runs")
        }
    }

    func run() throws(OperationError) -> RestoreReport {
        let began = Clock.monotonicNanoseconds()
        do throws(OperationError) {
            let lock = try begin()
            defer { withExtendedLifetime(lock) {} }
            try prepareFiles()
            let checksums = FileChecksums(plan.work)
            try write(checksums)
            let known = try check(checksums)
            let control = try controlFile()
            try writeServerFiles(known)
            let written = Clock.monotonicNanoseconds()
            try synchronize()
            try finish(control)
            let ended = Clock.monotonicNanoseconds()
            return RestoreReport(
                plan: plan, seconds: Double(ended - began) / 1e9,
                synchronizeSeconds: Double(ended - written) / 1e9, notices: plan.notices + notices)
        } catch {
            throw error.hinting("The restore is not complete, and no server starts from it: go on with --delta.")
        }
    }

    // MARK: - Before

    /// The directory with its marker, which is held until the end.
    private func begin() throws(OperationError) -> FileLock {
        let root = plan.paths.root
        do throws(PlatformError) {
            try FileSystem.createDirectory(root, permissions: tree.rootPermissions, parents: true)
            guard let lock = try FileLock.tryAcquire("\(root)/\(RestorePlace.marker)") else {
                throw PlatformError(operation: "lock", object: root, errno: .wouldBlock)
            }
            try FileSystem.synchronizeDirectory(root)
            if try FileSystem.remove("\(root)/\(Self.controlPath)") {
                try FileSystem.synchronizeDirectory("\(root)/global")
            }
            return lock
        } catch {
            guard error.errno == .wouldBlock else { throw OperationError(error, doing: "make") }
            throw OperationError(
                .serverRunning, operation: "restore into", object: root, cause: "another restore is at work there")
        }
    }

    private func prepareFiles() throws(OperationError) {
        try tree.makeDirectories()
        try tree.removeStrangers(keeping: ["\(plan.paths.root)/\(RestorePlace.marker)"])
        let (plan, tree) = (plan, tree)
        try Crew.each(below: plan.fileCount, threads: restore.workers, name: "prepare") {
            (index) throws(OperationError) in
            let state = index < plan.states.count ? plan.states[index] : .absent
            if case .whole = state { return }
            do throws(PlatformError) {
                try tree.prepare(index, plan.work.segments[plan.work.ranges[index]], isNew: state == .absent)
            } catch {
                throw OperationError(error, doing: "make")
            }
        }
    }

    private func write(_ checksums: FileChecksums) throws(OperationError) {
        guard !plan.repositories.isEmpty else { throw .gaveUp("restore", "\(plan.choice.backup.id)") }
        try RestoreWriter(
            manifest: plan.manifest, work: plan.work, checksums: checksums, path: tree.path,
            source: PackSource(plan.manifest.facts.cluster, plan.repositories), parameters: parameters,
            workers: restore.workers, progress: restore.progress
        ).run()
    }

    // MARK: - After

    /// The checksum of every file, compared with the backup's where that knows one.
    private func check(_ checksums: FileChecksums) throws(OperationError) -> [UInt32] {
        var known: [UInt32] = []
        known.reserveCapacity(plan.fileCount)
        for (index, file) in plan.manifest.files.enumerated() {
            var checksum = checksums.checksum(of: index)
            if index < plan.states.count, case .whole(let present) = plan.states[index] { checksum = present }
            guard file.checksum == nil || file.checksum == checksum else {
                throw OperationError(
                    .damaged, operation: "restore", object: tree.path(index),
                    cause: "what was written has another checksum than what was backed up")
            }
            known.append(checksum)
        }
        return known
    }

    /// The control file, out of its waiting place.
    private func controlFile() throws(OperationError) -> [UInt8] {
        let staged = Self.stagedControl(plan.paths)
        let octets: [UInt8]
        do throws(PlatformError) {
            octets = try FileSystem.readWhole(staged, limit: ControlFile.fileByteCount)
            try FileSystem.remove(staged)
        } catch {
            throw OperationError(error, doing: "read")
        }
        do throws(PostgresError) {
            let control = try ControlFile(octets.span, object: Self.controlPath)
            guard control.system != plan.manifest.facts.system else { return octets }
            throw PostgresError(.damaged, "restore", Self.controlPath, "it is of system \(control.system)")
        } catch {
            throw OperationError(error)
        }
    }

    /// What tells the server where it comes from and where to go.
    private func writeServerFiles(_ checksums: [UInt32]) throws(OperationError) {
        let (facts, request) = (plan.manifest.facts, restore.request)
        var manifest = PostgresManifest(facts)
        for (file, checksum) in zip(plan.manifest.files, checksums) where file.path != RecoverySettings.fileName {
            manifest.add(file.path, size: file.size, modified: file.modified, checksum: checksum)
        }
        var own: [(String, [UInt8])] = [(Self.labelName, facts.label)]
        if !facts.tablespaceMap.isEmpty { own.append((TablespaceMap.fileName, try tablespaceMap())) }
        for (name, octets) in own {
            var checksum = CRC32C()
            octets.withRawSpan { checksum.update($0) }
            manifest.add(
                name, size: UInt64(octets.count), modified: facts.stopped * 1_000_000_000, checksum: checksum.value)
        }
        let settings = RecoverySettings(
            backup: facts.id, restoreCommand: request.restoreCommand, target: request.target,
            timeline: request.timeline, isInclusive: request.isInclusive, action: request.action,
            isStandby: request.isStandby)
        own.append((RecoverySettings.fileName, settings.octets(replacing: try oldSettings())))
        own.append((settings.signalFile, []))
        own.append((PostgresManifest.fileName, manifest.octets))
        for (name, octets) in own { try place(octets, name) }
    }

    private func oldSettings() throws(OperationError) -> [UInt8] {
        let path = "\(plan.paths.root)/\(RecoverySettings.fileName)"
        do throws(PlatformError) {
            guard try FileSystem.status(of: path) != nil else { return [] }
            return try FileSystem.readWhole(path, limit: RecoverySettings.fileBytesMax)
        } catch {
            throw OperationError(error, doing: "read")
        }
    }

    /// The backup's own, verbatim, unless a tablespace has moved.
    private func tablespaceMap() throws(OperationError) -> [UInt8] {
        let facts = plan.manifest.facts
        guard plan.paths.areMapped else { return facts.tablespaceMap }
        guard let map = TablespaceMap(facts.tablespaceMap, major: facts.major) else {
            throw OperationError(
                .damaged, operation: "read", object: TablespaceMap.fileName, cause: "a line of it makes no sense")
        }
        let entries = map.entries.map { entry in
            let moved = plan.paths.tablespaces.first { $0.oid == entry.oid }
            return TablespaceMap.Entry(oid: entry.oid, location: moved?.target ?? entry.location)
        }
        return TablespaceMap(entries: entries).octets(major: facts.major)
    }

    /// Makes a file of the data directory, complete or not at all.
    private func place(_ octets: [UInt8], _ name: String, in directory: String = "") throws(OperationError) {
        let parent = directory.isEmpty ? plan.paths.root : "\(plan.paths.root)/\(directory)"
        do throws(PlatformError) {
            var file = try AtomicFile(directory: parent, name: name, permissions: tree.filePermissions)
            try file.write(octets: octets)
            try file.setAttributes(permissions: tree.filePermissions, owner: owner)
            _ = try file.commit(overwrite: .replace)
        } catch {
            throw OperationError(error, doing: "write")
        }
    }

    // MARK: - Durable

    /// Modes, owners, and everything on the disk: files, then the directories that name them.
    private func synchronize() throws(OperationError) {
        let threads = max(restore.workers, Self.synchronizersMin)
        let (plan, tree, owner) = (plan, tree, owner)
        restore.progress.begin("synchronize", totalBytes: 0)
        defer { restore.progress.end() }
        try Crew.each(below: plan.fileCount, threads: threads, name: "sync") { (index) throws(OperationError) in
            guard plan.manifest.files[index].path != Self.controlPath,
                plan.manifest.files[index].path != RecoverySettings.fileName
            else { return }
            do throws(PlatformError) {
                try tree.settle(index, owner)
            } catch {
                throw OperationError(error, doing: "synchronize")
            }
        }
        let directories = tree.directories()
        let topCount = 1 + plan.paths.tablespaces.count
        try Crew.each(below: directories.count, threads: threads, name: "sync") { (index) throws(OperationError) in
            let (path, mode) = directories[index]
            do throws(PlatformError) {
                if let owner { try Ownership.give(path, to: owner) }
                try FileSystem.setPermissions(path, mode)
                try FileSystem.synchronizeDirectory(path)
                // Those above the others are not in the list.
                guard index < topCount, let parent = FileSystem.parent(of: path) else { return }
                try FileSystem.synchronizeDirectory(parent)
            } catch {
                throw OperationError(error, doing: "synchronize")
            }
        }
        try giveLinks()
    }

    private func giveLinks() throws(OperationError) {
        guard let owner else { return }
        do throws(PlatformError) {
            for tablespace in plan.paths.tablespaces {
                let link = "\(plan.paths.root)/\(RestorePaths.tablespaceDirectory)/\(tablespace.oid)"
                try Ownership.give(link, to: owner)
            }
        } catch {
            throw OperationError(error, doing: "give away")
        }
    }

    /// From here on a server starts.
    private func finish(_ control: [UInt8]) throws(OperationError) {
        let root = plan.paths.root
        do throws(PlatformError) {
            try FileSystem.remove("\(root)/\(RestorePlace.marker)")
            try FileSystem.synchronizeDirectory(root)
        } catch {
            throw OperationError(error, doing: "remove")
        }
        try place(control, "pg_control", in: "global")
    }
}

extension OperationError {
    /// The same failure with advice where it has none of its own.
    fileprivate func hinting(_ hint: String) -> OperationError {
        OperationError(code, operation: operation, object: object, cause: cause, hint: self.hint ?? hint)
    }
}
