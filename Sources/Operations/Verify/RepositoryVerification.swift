import Codec
import Format
import Platform
import Storage
import Stream

/// One run over one repository.
struct RepositoryVerification: Sendable {
    let repository: Repository
    let cluster: ClusterName
    let options: VerifyOptions
    let signers: [Codec.Signer]
    /// Nil: only what shows without a key.
    let opening: Opening?
    /// Where earlier runs are remembered; nil: nowhere.
    let memory: VerifyMemoryFile?
    let workers: Int
    let now: UnixTime
    let progress: any ProgressObserver

    /// What opens objects.
    struct Opening: Sendable {
        let pipeline: OpenPipeline
        let parameters: OpenParameters
    }

    var level: VerifyLevel { opening == nil ? .structure : .content }

    /// Throws when the repository cannot be looked at; what is wrong in it is in the report.
    func run() throws(OperationError) -> VerifyReport {
        let begin = Clock.monotonicNanoseconds()
        let marker = try readMarker()
        var inventory = try list()
        recall(marker, &inventory)
        let records = try RecordReading(cluster: cluster, repository: repository, signers: signers)
            .read(inventory.items)
        let scope = try scope(inventory, records)
        var report = VerifyReport(
            repository: repository.name, cluster: cluster, level: level, backups: scope.backups.map(\.id))
        let choice = choose(scope, inventory, &report)
        let tally = VerifyTally()
        addRecords(records, scope, inventory, tally)
        let references = References(
            inventory, summaries: records.summaries, begun: records.begun, hasUnreadable: records.hasUnreadable)
        let listed = inventory
        let save: @Sendable () -> Void = { remember(marker, tally, listed) }
        // What was found right before trouble ended the run need not be looked at again.
        defer { save() }
        let work = VerifyWork(
            self, inventory, records, scope, users: references.users, tally: tally, save: save)
        let histories = try work.histories(scope)
        try work.run(choice.chosen)
        tally.add(try missing(references, scope))
        tally.add(continuity(scope, inventory, records, histories))
        finish(&report, tally.all, scope, inventory, choice, references, histories)
        report.milliseconds = (Clock.monotonicNanoseconds() - begin) / 1_000_000
        return report
    }

    private var milliseconds: Int64 { now.seconds * 1000 + Int64(now.nanoseconds / 1_000_000) }

    // MARK: - What is there

    private func readMarker() throws(OperationError) -> RepositoryMarker {
        let octets = try repository.readSmall(
            RepositoryLayout.marker, limit: PlainRecord.byteCountMax, until: .never)
        guard let octets else {
            throw OperationError(
                .configuration, operation: "verify repository", object: repository.name,
                cause: "there is no \"\(RepositoryLayout.marker)\", so this is no repository",
                hint: "Check its url; a disk may not be mounted.")
        }
        guard let marker = RepositoryMarker(octets) else {
            throw OperationError(
                .damaged, operation: "verify repository", object: repository.name,
                cause: "its \"\(RepositoryLayout.marker)\" is damaged")
        }
        guard marker.format == RepositoryMarker.formatVersion else {
            throw OperationError(
                .configuration, operation: "verify repository", object: repository.name,
                cause: "it has format \(marker.format), this program reads \(RepositoryMarker.formatVersion)")
        }
        return marker
    }

    private func list() throws(OperationError) -> Inventory {
        var inventory = Inventory(cluster)
        let prefix = "\(RepositoryLayout.clustersPrefix)\(cluster)/"
        try repository.forEachObject(below: prefix, until: .never) { inventory.append($0) }
        guard !inventory.items.isEmpty else {
            throw OperationError(
                .configuration, operation: "verify repository", object: repository.name,
                cause: "it knows no cluster \"\(cluster)\"", hint: "Check url and cluster name.")
        }
        return inventory
    }

    private func recall(_ marker: RepositoryMarker, _ inventory: inout Inventory) {
        guard let octets = memory?.load() else { return }
        VerifyMemory.recall(octets, of: marker.repository, now: milliseconds, into: &inventory.items)
    }

    private func scope(
        _ inventory: Inventory, _ records: RecordReading.Records
    ) throws(OperationError) -> VerifyScope {
        var backup: BackupSummary?
        if case .backup(let text, _) = options.scope {
            let holding = RepositoryBackups(repository: repository, summaries: records.summaries, refused: [])
            backup = try BackupCatalog(cluster: cluster, holdings: [holding]).backup(text)
        }
        return VerifyScope(
            options.scope, inventory, summaries: records.summaries, backup: backup, segmentSizes: records.segmentSizes)
    }

    private func choose(
        _ scope: VerifyScope, _ inventory: Inventory, _ report: inout VerifyReport
    ) -> VerifySelection.Choice {
        let selection = VerifySelection(
            level: level, now: milliseconds, ageMax: options.ageMax, percent: options.percent, seed: options.seed)
        let candidates = scope.items.filter { !inventory.items[$0].isRecord }
        let choice = selection.choose(among: candidates, of: inventory.items)
        for index in choice.fresh { report.fresh.add(inventory.items[index].byteCount) }
        for index in choice.left { report.left.add(inventory.items[index].byteCount) }
        if options.percent != nil { report.seed = options.seed }
        return choice
    }

    /// Records are read in every run; those out of scope count for nothing.
    private func addRecords(
        _ records: RecordReading.Records, _ scope: VerifyScope, _ inventory: Inventory, _ tally: VerifyTally
    ) {
        let inScope = Set(scope.items.filter { inventory.items[$0].isRecord })
        for index in records.right where inScope.contains(index) { tally.add(.right, index, inventory.items[index]) }
        let keys = Set(inScope.map { inventory.items[$0].key.path })
        tally.add(records.findings.filter { keys.contains($0.object) })
    }

    // MARK: - What does not go together

    /// What summaries name and is not there, asked once more: it may have come or gone since the listing.
    private func missing(_ references: References, _ scope: VerifyScope) throws(OperationError) -> [Finding] {
        guard options.scope != .wal else { return [] }
        let backups = Set(scope.backups.map(\.id))
        var findings: [Finding] = []
        for finding in references.missing() {
            guard scope.isEverything || !backups.isDisjoint(with: finding.backups) else { continue }
            if try isStillMissing(finding) { findings.append(finding) }
        }
        return findings
    }

    private func isStillMissing(_ finding: Finding) throws(OperationError) -> Bool {
        do throws(StoreError) {
            guard let key = ObjectKey(finding.object), try repository.store.head(key, until: .never) == nil else {
                return false
            }
            guard !finding.backups.isEmpty else { return true }
            for backup in finding.backups {
                let summary = RepositoryLayout.key(of: .summary, backup, in: cluster)
                if try repository.store.head(summary, until: .never) != nil { return true }
            }
            return false
        } catch {
            throw OperationError(error)
        }
    }

    private func continuity(
        _ scope: VerifyScope, _ inventory: Inventory, _ records: RecordReading.Records,
        _ histories: [SystemIdentifier: [TimelineID: TimelineHistory]]
    ) -> [Finding] {
        var findings: [Finding] = []
        for (system, size) in records.segmentSizes.sorted(by: { $0.key < $1.key }) {
            let continuity = Continuity(inventory.ranges(of: system, size), histories: histories[system] ?? [:])
            let backups = scope.backups.filter { $0.system == system }
            findings += continuity.findings(backups, withLaterWAL: scope.hasLaterWAL)
        }
        let systems = inventory.systems
        guard scope.isEverything || options.scope == .wal else { return findings }
        for system in systems.archived.subtracting(systems.recorded).sorted() {
            let key = RepositoryLayout.key(of: system, in: cluster)
            findings.append(Finding(.missing, key.path, "it is not there, and there is WAL of this system"))
        }
        return findings
    }

    // MARK: - The end

    private func finish(
        _ report: inout VerifyReport, _ state: VerifyTally.State, _ scope: VerifyScope, _ inventory: Inventory,
        _ choice: VerifySelection.Choice, _ references: References,
        _ histories: [SystemIdentifier: [TimelineID: TimelineHistory]]
    ) {
        report.checked = state.checked
        report.findings = state.findings
        let right = Set(state.right)
        for index in scope.items where !inventory.items[index].isRecord {
            guard !right.contains(index) else { continue }
            guard let check = inventory.items[index].check, check.level >= level else {
                report.neverCount += 1
                continue
            }
            report.oldest = min(report.oldest ?? check.milliseconds, check.milliseconds)
        }
        if report.oldest == nil, !right.isEmpty { report.oldest = milliseconds }
        let notes = VerifyNotes(cluster: cluster, inventory: inventory, references: references, now: now)
        if scope.isEverything { report.findings += notes.unreferenced }
        report.findings.sort { ($0.kind.order, $0.object) < ($1.kind.order, $1.object) }
        report.notes = notes.lines(isEverything: scope.isEverything, vanished: state.vanished)
    }

    private func remember(_ marker: RepositoryMarker, _ tally: VerifyTally, _ inventory: Inventory) {
        guard let memory else { return }
        let state = tally.all
        let right = Set(state.right)
        let wrong = Set(state.findings.map(\.object))
        var new = VerifyMemory(of: marker.repository)
        for (index, item) in inventory.items.enumerated() {
            var item = item
            // To have looked at the structure takes nothing from an earlier check of the content.
            if right.contains(index), item.check.map({ $0.level <= level }) ?? true {
                item.check = VerifyCheck(level: level, milliseconds: milliseconds)
            }
            if !wrong.isEmpty, wrong.contains(item.key.path) { item.check = nil }
            new.append(item)
        }
        // A disk that is full here is no reason to hide what was found.
        try? memory.save(new)
    }
}
