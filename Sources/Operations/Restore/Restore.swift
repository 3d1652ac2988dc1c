import Codec
import Format
import Platform
import Storage
import Stream

/// `restore`: brings a backup back, and sets the server up to recover from there.
package struct Restore: Sendable {
    private let configuration: Configuration
    private let cluster: ClusterConfiguration
    private let environment: [String: String]
    let request: RestoreRequest
    let progress: any ProgressObserver

    /// Lists and small objects, with the retries of a store that has a bad quarter of an hour.
    private static let smallDeadlineSeconds = 900.0

    package init(
        _ configuration: Configuration, cluster: ClusterConfiguration, environment: [String: String],
        request: RestoreRequest, progress: any ProgressObserver
    ) {
        self.configuration = configuration
        self.cluster = cluster
        self.environment = environment
        self.request = request
        self.progress = progress
    }

    var workers: Int { request.jobs ?? Process.cpuCount }

    /// Chooses the backup, proves the way to the target, looks at the directory. Writes nothing.
    package func plan() throws(OperationError) -> RestorePlan {
        let repositories = try Repositories.open(configuration.repositories, environment: environment)
        return try plan(repositories)
    }

    func plan(_ repositories: [Repository]) throws(OperationError) -> RestorePlan {
        let deadline = Deadline.after(seconds: Self.smallDeadlineSeconds)
        let keys = try HostKeys(configuration.encryption)
        let catalog = try BackupCatalog.read(
            cluster.name, in: repositories, signers: try keys.signers(), until: deadline)
        let pipeline = try OpenPipeline(
            FetchWAL.openSettings(try keys.openParameters(), configuration.wal, objects: 1))
        let choice = try choose(catalog, pipeline, deadline)
        let holders = catalog.repositories(of: choice.backup)
        let manifest = try Self.manifest(of: choice.backup, holders, ManifestReader(pipeline), deadline)
        guard !manifest.facts.label.isEmpty else {
            throw OperationError(
                .damaged, operation: "restore", object: "\(choice.backup.id)",
                cause: "the backup has no backup_label, without which a server would corrupt the data")
        }
        let absences = catalog.absences.map { "repository \"\($0.repository)\" was not asked: \($0.error)" }
        let refused = catalog.holdings.flatMap(\.refused).map { "a backup does not count: \($0)" }
        return try plan(choice, manifest, holders, notices: absences + refused + choice.notices)
    }

    private func plan(
        _ choice: RestoreChoice, _ manifest: BackupManifest, _ holders: [Repository], notices: [String]
    ) throws(OperationError) -> RestorePlan {
        let paths = try RestorePaths(manifest, root: request.directory, mapping: request.tablespaces)
        let place = RestorePlace(paths: paths, manifest: manifest, isDelta: request.isDelta)
        try place.check()
        var states: [FileState] = []
        if request.isDelta {
            states = try DeltaScan(
                manifest: manifest, path: Self.filePath(manifest, paths), threads: workers, progress: progress
            ).run()
        }
        if !request.isForced { try place.checkRoom(states) }
        let work = RestoreWork(manifest, states)
        let whole = states.count { if case .whole = $0 { true } else { false } }
        return RestorePlan(
            choice: choice, paths: paths, fileCount: manifest.files.count, byteCount: manifest.byteCount,
            wholeFileCount: whole, contentByteCount: work.byteCount,
            fetchByteCount: FetchPlan(work.chapters, of: manifest.chapters).byteCount,
            segmentCount: segmentCount(choice, manifest.facts.segmentSize), notices: notices, manifest: manifest,
            states: states, work: work, place: place, repositories: holders)
    }

    /// Restores as planned. After a failure the directory holds no `global/pg_control`, so that no server starts from
    /// it, and can be gone on with by a restore with `isDelta`.
    package func run(_ plan: RestorePlan) throws(OperationError) -> RestoreReport {
        let parameters = ChapterReader.parameters(try HostKeys(configuration.encryption).openParameters())
        return try RestoreRun(self, plan, parameters).run()
    }

    /// The bound on what a restore keeps in memory beside the manifest.
    package func explainMemory() -> MemorySum {
        var sum = MemorySum()
        RestoreWriter.explainMemory(workers: workers, into: &sum)
        OpenPipeline.explainMemory(
            FetchWAL.openSettings(OpenParameters(identities: []), configuration.wal, objects: 1),
            layout: StreamLayout(cipher: .secretstream, compression: .zstd, blockSize: .standard), into: &sum)
        sum.add("program, libraries and thread stacks", byteCount: PushWAL.programBytes)
        return sum
    }

    /// `global/pg_control` waits elsewhere until everything is there.
    static func filePath(_ manifest: BackupManifest, _ paths: RestorePaths) -> @Sendable (Int) -> String {
        { index in
            let path = manifest.files[index].path
            return path == RestoreRun.controlPath ? RestoreRun.stagedControl(paths) : paths.path(of: path)
        }
    }

    // MARK: - Choosing

    /// How often the archive is looked at before a gap at its end is believed, and how long is waited between.
    private static let looksMax = 3
    private static let pauseSeconds = 3.0

    /// Runs `body` with a chooser, and again a little later when there is a gap that may be about to close.
    private func choosing(
        of system: SystemIdentifier, _ catalog: BackupCatalog, _ pipeline: OpenPipeline, _ deadline: Deadline,
        _ body: (RestoreChooser) throws(OperationError) -> RestoreChoice
    ) throws(OperationError) -> RestoreChoice {
        var looks = 1
        while true {
            let chooser = try chooser(of: system, catalog, pipeline, deadline)
            do throws(OperationError) {
                return try body(chooser)
            } catch {
                guard error.code == .outsideWindow, looks < Self.looksMax, chooser.hasYoungGap else { throw error }
            }
            looks += 1
            Clock.sleep(seconds: Self.pauseSeconds)
        }
    }

    private func choose(
        _ catalog: BackupCatalog, _ pipeline: OpenPipeline, _ deadline: Deadline
    ) throws(OperationError) -> RestoreChoice {
        if let name = request.backup, name != BackupCatalog.latest {
            let backup = try catalog.backup(name)
            return try choosing(of: backup.system, catalog, pipeline, deadline) { (chooser) throws(OperationError) in
                try chooser.named(backup)
            }
        }
        let newest = try catalog.backup(BackupCatalog.latest)
        if request.backup != nil {
            return try choosing(of: newest.system, catalog, pipeline, deadline) { (chooser) throws(OperationError) in
                try chooser.named(newest)
            }
        }
        var systems = [newest.system]
        // A moment before pg_upgrade belongs to the system before it.
        if case .time = request.target {
            for backup in catalog.backups.reversed() where !systems.contains(backup.system) {
                systems.append(backup.system)
            }
        }
        var failure: OperationError?
        for system in systems {
            do throws(OperationError) {
                return try choosing(of: system, catalog, pipeline, deadline) { (chooser) throws(OperationError) in
                    try chooser.newest()
                }
            } catch {
                guard error.code == .outsideWindow else { throw error }
                failure = failure ?? error
            }
        }
        throw failure ?? .gaveUp("choose a backup for", request.target.text)
    }

    private func chooser(
        of system: SystemIdentifier, _ catalog: BackupCatalog, _ pipeline: OpenPipeline, _ deadline: Deadline
    ) throws(OperationError) -> RestoreChooser {
        let backups = catalog.backups.filter { $0.system == system }
        guard let size = backups.last.flatMap({ SegmentSize(byteCount: $0.segmentBytes) }) else {
            throw .gaveUp("choose a backup of", "\(system)")
        }
        let repositories = catalog.holdings.map(\.repository)
        let inventory = try WALInventory.read(
            system, of: cluster.name, segmentSize: size, in: repositories, opening: pipeline, until: deadline)
        let cluster = cluster.name
        return RestoreChooser(
            inventory: inventory, backups: backups, target: request.target, timeline: request.timeline,
            isForced: request.isForced
        ) { (window) throws(OperationError) in
            try WALInventory.modified(
                before: window.toLSN, on: window.lastTimeline, system, of: cluster, segmentSize: size,
                in: repositories, until: deadline)
        }
    }

    private static func manifest(
        of backup: BackupSummary, _ holders: [Repository], _ reader: ManifestReader, _ deadline: Deadline
    ) throws(OperationError) -> BackupManifest {
        var failure = OperationError(
            .damaged, operation: "restore", object: "\(backup.id)", cause: "no repository has its manifest")
        for (number, repository) in holders.enumerated() {
            do throws(OperationError) {
                if let manifest = try reader.manifest(of: backup, in: repository, until: deadline) { return manifest }
            } catch {
                if number == 0 || failure.code == .damaged { failure = error }
            }
        }
        throw failure
    }

    /// From where recovery begins to its target, or to the end of the WAL.
    private func segmentCount(_ choice: RestoreChoice, _ size: SegmentSize) -> UInt64? {
        let end: LSN?
        switch request.target {
        case .immediate: end = choice.backup.stopLSN
        case .position(let position): end = position
        case .end, .time, .transaction, .name: end = choice.window.map { LSN(rawValue: $0.toLSN.rawValue - 1) }
        }
        guard let end, end >= choice.backup.startLSN else { return nil }
        return size.number(containing: end) - size.number(containing: choice.backup.startLSN) + 1
    }
}
