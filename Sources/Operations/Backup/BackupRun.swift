import Codec
import Format
import Platform
import Postgres
import Storage
import Stream

/// One backup from its first to its last object. The order of the steps is that of docs/FORMAT.md, "Order of writes".
struct BackupRun {
    private let backup: Backup
    private let state: BackupState
    let link: ServerLink
    private let targets: BackupTargets
    private let keys: HostKeys
    private let id: BackupID
    private let now: UnixTime
    private let began: UInt64

    init(
        _ backup: Backup, state: BackupState, link: ServerLink, repositories: [Repository], began: UInt64
    ) throws(OperationError) {
        self.backup = backup
        self.state = state
        self.link = link
        self.began = began
        targets = BackupTargets(backup.shared(repositories))
        keys = try HostKeys(backup.configuration.encryption)
        (id, now) = state.nextID()
    }

    var facts: ServerFacts { link.server.facts }
    var request: BackupRequest { backup.request }
    var progress: any ProgressObserver { backup.progress }
    private var clusterName: ClusterName { backup.cluster.name }

    func run() throws(OperationError) -> BackupReport {
        let parameters = try keys.sealParameters()
        let footing = try prepareBase(parameters)
        let base = footing.base
        let start = try startBackup()
        let scanned = Clock.now()
        let scan = try scanFiles()
        let (changes, note) = try changes(since: base, start)
        let plan = BackupPlan(
            scan.files, base: base, rereads: request.rereads, pageByteCount: UInt64(facts.pageByteCount),
            changes: changes.map { changed in { changed.change(of: $0, pageCount: $1, basePageCount: $2) } })
        let stored = try store(scan, plan, footing, start)
        let stop = try stopBackup(start)
        let manifest = try assemble(scan, plan, footing, stored, start, stop, scanned)
        let summary = try publish(
            manifest, stored.counts, parameters,
            outline(plan, base, usesSummaries: changes != nil, start, stop))
        try remember(manifest, stored.counts.pageErrors, HostKeys.readers(parameters))
        return BackupReport(
            summary: summary, pageErrors: stored.counts.pageErrors, resumedByteCount: stored.counts.resumed,
            warnings: scan.warnings + footing.remarks + [note, checksumRemark].compactMap(\.self) + targets.warnings)
    }

    /// Nobody should believe that pages were checked that carry nothing to be checked by.
    private var checksumRemark: String? {
        guard !facts.hasDataChecksums else {
            return facts.pageByteCount == PageCheck.pageByteCount
                ? nil : "pages of \(facts.pageByteCount) bytes: their checksums were not checked"
        }
        return "the cluster has no data checksums, so that damaged pages go unnoticed (pg_checksums --enable)"
    }

    // MARK: - Before

    /// What a backup builds upon.
    private struct Footing {
        let base: BackupBase
        let blockKey: [UInt8]
        let readers: [String]
        /// The journal whose packs are in the base.
        var journal: BackupJournal.Found?
        var remarks: [String] = []
    }

    /// What can be referred to, and the key of the block hashes. `begun` is written here, and only then is it looked
    /// whether what it names is still there.
    private func prepareBase(_ parameters: SealParameters) throws(OperationError) -> Footing {
        var remarks: [String] = []
        let readers = HostKeys.readers(parameters)
        let index = request.isFull ? nil : usableIndex(readers, &remarks)
        let found = BackupJournal.load(state.journalPath, now: now)
        let key = index?.manifest.facts.blockKey ?? found?.scope.blockKey ?? BlockHasher.makeKey()
        let journal = request.isFull ? nil : found.flatMap { isUsable($0.scope, key, readers) ? $0 : nil }
        let base = BackupBase(index, frames: journal?.frames ?? [])
        try writeBegun(base, parameters)
        guard try isWhole(base, &remarks) else {
            return Footing(base: BackupBase(nil, frames: []), blockKey: key, readers: readers, remarks: remarks)
        }
        return Footing(base: base, blockKey: key, readers: readers, journal: journal, remarks: remarks)
    }

    /// Whether every repository that takes part has all packs of a journal, and everybody can read them who is to.
    private func isUsable(_ scope: BackupJournal.Scope, _ key: [UInt8], _ readers: [String]) -> Bool {
        scope.system == facts.system && scope.blockKey == key && Set(places()).isSubset(of: scope.places)
            && HostKeys.canRead(readers, packsSealedTo: scope.readers)
    }

    /// The places of the repositories that take part, in the order of the configuration.
    private func places() -> [String] {
        let names = Set(targets.active.map(\.name))
        return backup.configuration.repositories.filter { names.contains($0.name) }.map(\.place)
    }

    private func usableIndex(_ readers: [String], _ remarks: inout [String]) -> BlockIndex? {
        guard let index = BlockIndex.load(state.indexPath) else { return nil }
        let known = index.manifest.facts
        guard known.system == facts.system, known.cluster == clusterName,
            known.pageByteCount == Int(facts.pageByteCount)
        else { return nil }
        guard HostKeys.canRead(readers, packsSealedTo: index.readers) else {
            remarks.append("everything is stored anew, because earlier packs are not sealed to all recipients")
            return nil
        }
        let lacking = zip(targets.active, places()).filter { !index.places.contains($0.1) }.map(\.0)
        if lacking.isEmpty { return index }
        guard !lacking.contains(where: \.isRequired) else {
            let names = lacking.map { "\"\($0.name)\"" }.joined(separator: ", ")
            remarks.append("everything is stored anew, because repository \(names) does not have the last backup")
            return nil
        }
        for repository in lacking {
            targets.leaveOut(
                repository,
                because: OperationError(
                    .unavailable, operation: "back up to", object: repository.name,
                    cause: "it lacks earlier packs; \"backup --full\" stores all of them there"))
        }
        return index
    }

    private func writeBegun(_ base: BackupBase, _ parameters: SealParameters) throws(OperationError) {
        let begun = BackupBegun(id: id, cluster: clusterName, system: facts.system, sources: base.sources)
        try storePlain(.begun, begun.record.octets, parameters)
    }

    private func isWhole(_ base: BackupBase, _ remarks: inout [String]) throws(OperationError) -> Bool {
        guard !base.sources.isEmpty else { return true }
        let proof = BaseProof(
            cluster: clusterName, base: base, deadline: .after(seconds: Backup.smallDeadlineSeconds))
        for repository in targets.active {
            do throws(OperationError) {
                guard case .lacks(let object) = try proof.verdict(repository) else { continue }
                remarks.append(
                    "everything is stored anew, because repository \"\(repository.name)\" lacks \"\(object)\"")
                return false
            } catch {
                guard !repository.isRequired else { throw error }
                targets.leaveOut(repository, because: error)
            }
        }
        return true
    }

    private func startBackup() throws(OperationError) -> BackupStart {
        let wanted = request.checkpoint ?? backup.configuration.backup.checkpoint
        progress.begin("wait for the checkpoint", totalBytes: 0)
        defer { progress.end() }
        do throws(PostgresError) {
            if request.isFromStandby, wanted == .fast, let primary = backup.cluster.primary {
                // A standby can only begin at a checkpoint of its primary's.
                let connection = try Connection(primary)
                try connection.checkpoint()
                connection.close()
            }
            return try link.server.start(label: "trunkline \(id)", checkpoint: wanted == .fast ? .fast : .spread)
        } catch {
            throw OperationError(error)
        }
    }

    private func scanFiles() throws(OperationError) -> DataScan {
        let version = BackupExclusions.tablespaceVersion(
            major: facts.major, catalogVersion: link.control.catalogVersion)
        return try DataScan(link.dataDirectory.path, exclusions: BackupExclusions(tablespaceVersion: version))
    }

    // MARK: - Files

    private struct Stored {
        let chapters: [BackupLedger.Entry?]
        let packs: [PackID: UInt64]
        let results: [[SpanResult]]
        let counts: BackupCounts
    }

    /// Reads and stores what has to be, and the control file when everything else has been read.
    private func store(
        _ scan: DataScan, _ plan: BackupPlan, _ footing: Footing, _ start: BackupStart
    ) throws(OperationError) -> Stored {
        guard let control = scan.control else { preconditionFailure("a scan has found the control file") }
        let base = footing.base
        let scene = try scene(scan.files + [control], footing, start)
        let scope = BackupJournal.Scope(
            system: facts.system, places: places(), readers: footing.readers, blockKey: footing.blockKey)
        let journal = BackupJournal(state.journalPath, scope: scope, continuing: footing.journal, now: now)
        let commits = PackCommits(
            targets, ledger: scene.ledger, journal: journal, failure: scene.failure, underWayMax: backup.workers)
        progress.begin("back up files", totalBytes: plan.byteCount + control.size)
        defer { progress.end() }
        let crew = Crew()
        let queue = BackupQueue(plan.units)
        for number in 1..<max(backup.workers, 1) {
            // With fewer threads it takes longer.
            try? crew.begin(name: "backup/\(number)") { BackupWorker(scene, commits: commits).run(queue) }
        }
        BackupWorker(scene, commits: commits).run(queue)
        crew.join()
        BackupWorker(scene, commits: commits).run(BackupQueue([.files([scan.files.count])]))
        commits.join()
        try requireTablespaces(scan)
        try scene.failure.check()
        var (chapters, packs, results, counts) = scene.ledger.close()
        counts.add(plan.keptErrors(scan.files, base).filter { !counts.pageErrors.contains($0) })
        return Stored(chapters: chapters, packs: packs, results: results, counts: counts)
    }

    /// A file that is gone was dropped, unless the place it was in is gone: then nobody knows.
    private func requireTablespaces(_ scan: DataScan) throws(OperationError) {
        do throws(PlatformError) {
            for link in scan.links where link.isTablespace {
                let path = "\(self.link.dataDirectory.path)/\(link.path)"
                guard try FileSystem.status(of: path, followLinks: false) != nil else { continue }
                guard try FileSystem.status(of: path) != nil else {
                    throw PlatformError(operation: "stat", object: path, errno: .noSuchFile)
                }
            }
        } catch {
            throw OperationError(
                .inputOutput, operation: "back up", object: error.object,
                cause: "the tablespace went away during the backup", hint: "Is its file system mounted?")
        }
    }

    private func scene(
        _ files: [ScannedFile], _ footing: Footing, _ start: BackupStart
    ) throws(OperationError) -> BackupScene {
        let settings = backup.configuration.backup
        let check = facts.hasDataChecksums ? PageCheck(pageByteCount: facts.pageByteCount, startLSN: start.lsn) : nil
        return BackupScene(
            dataDirectory: link.dataDirectory.path, cluster: clusterName, files: files,
            base: footing.base, hasher: BlockHasher(key: footing.blockKey),
            chapters: ChapterSettings(
                parameters: try keys.chapterParameters(), level: settings.compressionLevel),
            pageCheck: check, pageByteCount: Int(facts.pageByteCount), targets: targets,
            chunks: BlockPool(
                name: "chunks of packs", blockCapacity: BackupScene.chunkBytes, blockCount: backup.chunkCount),
            limit: RateLimit(bytesPerSecond: request.bandwidth ?? settings.bandwidth),
            ledger: BackupLedger(id, fileCount: files.count, firstIndex: footing.base.chapterCount),
            failure: StickyFailure(), progress: progress)
    }

    // MARK: - After

    private func stopBackup(_ start: BackupStart) throws(OperationError) -> BackupStop {
        let stop: BackupStop
        do throws(PostgresError) {
            try link.server.confirm()
            stop = try link.server.stop()
            if request.isFromStandby, let primary = backup.cluster.primary {
                let connection = try Connection(primary)
                _ = try connection.switchWAL()
                connection.close()
            }
        } catch {
            throw OperationError(error)
        }
        progress.begin("wait for the WAL", totalBytes: 0)
        defer { progress.end() }
        let wait = WALWait(
            cluster: clusterName, system: facts.system, segmentSize: facts.segmentSize, targets: targets)
        try wait.run(start.timeline, from: start.lsn, to: stop.lsn) { () throws(OperationError) in
            do throws(PostgresError) {
                return try link.server.lastArchived()
            } catch {
                throw OperationError(error)
            }
        }
        return stop
    }

    private func assemble(
        _ scan: DataScan, _ plan: BackupPlan, _ footing: Footing, _ stored: Stored, _ start: BackupStart,
        _ stop: BackupStop, _ scanned: UnixTime
    ) throws(OperationError) -> BackupManifest {
        var files: [BackupFile] = []
        for (index, file) in (scan.files + [scan.control].compactMap(\.self)).enumerated() {
            if let kept = plan.kept[index] {
                files.append(kept)
            } else if let made = ManifestAssembly.file(file, stored.results[index]) {
                files.append(made)
            }
        }
        guard files.contains(where: { $0.path == ControlFile.path }) else {
            // No server starts without it: the whole directory has gone away, and its files only seem to be dropped.
            throw OperationError(
                .noSuchFile, operation: "back up", object: link.dataDirectory.controlFilePath,
                cause: "it was gone when everything else had been read")
        }
        files.sort { BackupPath.precedes($0.path, $1.path) }
        let owner = Ownership.names(of: link.dataDirectory.path)
        let facts = BackupFacts(
            id: id, cluster: clusterName, system: self.facts.system, major: self.facts.major,
            serverVersion: self.facts.versionText, segmentSize: self.facts.segmentSize,
            pageByteCount: Int(self.facts.pageByteCount), hasChecksums: self.facts.hasDataChecksums,
            isFromStandby: request.isFromStandby, timeline: start.timeline, startLSN: start.lsn,
            stopLSN: stop.lsn, started: start.time.seconds, stopped: stop.time.secondAfter.seconds,
            scanned: scanned.nanosecondsSince1970, blockKey: footing.blockKey, owner: owner.user, group: owner.group,
            label: stop.label, tablespaceMap: stop.tablespaceMap, annotations: request.annotations)
        var assembly = ManifestAssembly(base: footing.base, written: stored.chapters, packs: stored.packs)
        return try assembly.manifest(facts, directories: scan.directories, links: scan.links, files: files)
    }

    /// What the summary says that neither the manifest nor the counts do.
    private struct Outline {
        let method: BackupMethod
        let base: BackupID?
        let keptByteCount: UInt64
        let start: BackupStart
        let stop: BackupStop
    }

    private func outline(
        _ plan: BackupPlan, _ base: BackupBase, usesSummaries: Bool, _ start: BackupStart, _ stop: BackupStop
    ) -> Outline {
        Outline(
            method: base.manifest == nil ? .full : usesSummaries ? .summaries : .hashes, base: base.manifest?.facts.id,
            keptByteCount: plan.kept.values.reduce(0) { $0 + $1.size }, start: start, stop: stop)
    }

    private func publish(
        _ manifest: BackupManifest, _ counts: BackupCounts, _ parameters: SealParameters, _ outline: Outline
    ) throws(OperationError) -> BackupSummary {
        progress.begin("store the manifest", totalBytes: 0)
        defer { progress.end() }
        guard Clock.now().seconds - now.seconds < BackupBegun.secondsToFinish else {
            throw OperationError(
                .timedOut, operation: "back up", object: "\(id)",
                cause: "it took longer than what it refers to is kept for it",
                hint: "Raise bandwidth or workers; the next backup finds what this one has stored.")
        }
        let manifestBytes = try storeManifest(manifest)
        let summary = BackupSummary(
            id: id, cluster: clusterName, system: facts.system, major: facts.major,
            serverVersion: facts.versionText, timeline: outline.start.timeline, startLSN: outline.start.lsn,
            stopLSN: outline.stop.lsn, started: outline.start.time.iso8601(),
            stopped: outline.stop.time.secondAfter.iso8601(),
            snapshot: outline.stop.snapshot, method: outline.method, base: outline.base,
            isFromStandby: request.isFromStandby, segmentBytes: facts.segmentSize.byteCount,
            fileCount: UInt64(manifest.files.count), byteCount: manifest.byteCount, readByteCount: counts.read,
            storedByteCount: counts.stored + manifestBytes, reusedByteCount: counts.reused + outline.keptByteCount,
            pageErrorCount: counts.pageErrorCount,
            milliseconds: (Clock.monotonicNanoseconds() - began) / 1_000_000, packs: manifest.packs.map(\.id),
            annotations: request.annotations)
        try storePlain(.summary, summary.record.octets, parameters)
        return summary
    }

    private func storeManifest(_ manifest: BackupManifest) throws(OperationError) -> UInt64 {
        let octets = try Self.proven(manifest)
        let key = RepositoryLayout.key(of: .manifest, id, in: clusterName)
        let writer = RepositoryWriter(
            targets.active, key: key, patience: .full, until: .after(seconds: Backup.smallDeadlineSeconds))
        do throws(OperationError) {
            let pipeline = try SealPipeline(try backup.manifestSettings(keys))
            _ = try pipeline.seal(
                OctetSource(octets), as: key, into: writer,
                until: .after(seconds: Backup.smallDeadlineSeconds))
        } catch {
            writer.abort()
            throw error
        }
        try targets.settle(writer.commit())
        return writer.byteCount
    }

    /// The encoded manifest, which a restore will be able to read: a mistake shows now, not then.
    private static func proven(_ manifest: BackupManifest) throws(OperationError) -> [UInt8] {
        let octets = manifest.encode()
        do throws(FormatError) {
            _ = try BackupManifest.parse(octets)
        } catch {
            throw OperationError(
                .internalFault, operation: "back up", object: "\(manifest.facts.id)",
                cause: "the manifest breaks a rule of its own: \(error.cause)")
        }
        return octets
    }

    private func storePlain(
        _ part: RepositoryLayout.BackupPart, _ content: [UInt8], _ parameters: SealParameters
    ) throws(OperationError) {
        let key = RepositoryLayout.key(of: part, id, in: clusterName)
        let sealed = try PlainStream.seal(content, as: key, by: parameters)
        for repository in targets.active {
            let deadline = Deadline.after(seconds: Backup.smallDeadlineSeconds)
            do throws(OperationError) {
                try repository.createPlain(key, sealed, until: repository.patience(deadline))
            } catch {
                guard !repository.isRequired else { throw error }
                targets.leaveOut(repository, because: error)
            }
        }
    }

    /// The index first: with the journal gone and no index, the next backup would store everything again.
    private func remember(
        _ manifest: BackupManifest, _ errors: [PageError], _ readers: [String]
    ) throws(OperationError) {
        try BlockIndex(places: places(), readers: readers, manifest: manifest, pageErrors: errors).save(
            directory: state.directory, name: BackupState.indexName)
        _ = try? FileSystem.remove(state.journalPath)
    }
}
