import Codec
import Format
import Platform
import Storage
import Stream

/// The objects that were chosen, looked at by several threads at once.
struct VerifyWork: Sendable {
    let verification: RepositoryVerification
    let inventory: Inventory
    let records: RecordReading.Records
    /// By pack, the backups that use it.
    let users: [PackID: [BackupID]]
    let tally: VerifyTally
    /// The backups in scope.
    let backups: Set<BackupID>
    /// Keeps what was found so far, for the case that the run is ended from outside.
    let save: @Sendable () -> Void
    private let check: ObjectCheck

    init(
        _ verification: RepositoryVerification, _ inventory: Inventory, _ records: RecordReading.Records,
        _ scope: VerifyScope, users: [PackID: [BackupID]], tally: VerifyTally, save: @escaping @Sendable () -> Void
    ) {
        self.verification = verification
        self.inventory = inventory
        self.records = records
        self.users = users
        self.tally = tally
        self.save = save
        backups = Set(scope.backups.map(\.id))
        check = Self.check(verification, records)
    }

    private var progress: any ProgressObserver { verification.progress }

    /// The histories of all timelines, as far as they can be opened: without them nobody knows which gaps matter.
    func histories(_ scope: VerifyScope) throws(OperationError) -> [SystemIdentifier: [TimelineID: TimelineHistory]] {
        guard let opening = verification.opening else { return [:] }
        var histories: [SystemIdentifier: [TimelineID: TimelineHistory]] = [:]
        for item in inventory.items {
            guard case .wal(_, let system, .history(let timeline)) = item.place else { continue }
            let read = try check.history(timeline, item.key, opening.pipeline)
            if let history = read.history { histories[system, default: [:]][timeline] = history }
        }
        return histories
    }

    /// Looks at the items of these positions. Throws the trouble that kept it from doing so.
    func run(_ chosen: [Int]) throws(OperationError) {
        let packs = Set(
            chosen.compactMap { index in
                if case .pack(_, let pack) = inventory.items[index].place { pack } else { nil }
            })
        let expectations = try manifests(chosen, packs)
        let rest = chosen.filter { index in
            if case .backup(_, _, .manifest) = inventory.items[index].place { return verification.opening == nil }
            return true
        }
        progress.begin(
            verification.level == .content ? "verify" : "look at",
            totalBytes: verification.level == .content
                ? rest.reduce(0) { $0 + inventory.items[$1].byteCount } : 0)
        defer { progress.end() }
        // Large objects first: the last thread is not left alone with one.
        let order = rest.sorted { inventory.items[$0].byteCount > inventory.items[$1].byteCount }
        let parameters = ChapterReader.parameters(verification.opening?.parameters ?? OpenParameters(identities: []))
        try Crew.each(below: order.count, threads: verification.workers, name: "verify") {
            (number) throws(OperationError) in
            try look(at: order[number], expectations, parameters)
            if tally.isDueForSaving { save() }
        }
    }

    private func look(
        at index: Int, _ expectations: PackExpectations, _ parameters: OpenParameters
    ) throws(OperationError) {
        let item = inventory.items[index]
        switch item.place {
        case .pack(_, let pack):
            let reader = PackCheck(
                inventory.cluster, verification.repository.store, level: verification.level, parameters: parameters,
                progress: progress)
            let outcome: CheckOutcome
            do throws(OperationError) {
                outcome = try reader.run(pack, byteCount: item.byteCount, expectations[pack])
            } catch {
                outcome = try CheckOutcome(error)
            }
            tally.add(outcome, index, item, backups: users[pack] ?? [])
        default:
            tally.add(try check.run(item), index, item, backups: backups(of: item.place))
            progress.advance(item.byteCount)
        }
    }

    /// Opens every manifest that was chosen, or that names a pack that was: what they say of these packs. What is wrong
    /// with one that is not in scope is for a run that it is in scope of.
    private func manifests(_ chosen: [Int], _ packs: Set<PackID>) throws(OperationError) -> PackExpectations {
        var expectations = PackExpectations()
        guard let opening = verification.opening else { return expectations }
        let isChosen = Set(chosen)
        let summaries = Dictionary(records.summaries.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let reader = ManifestReader(opening.pipeline)
        progress.begin("open manifests", totalBytes: 0)
        defer { progress.end() }
        for (index, item) in inventory.items.enumerated() {
            guard case .backup(_, let backup, .manifest) = item.place else { continue }
            guard let summary = summaries[backup] else {
                // Of a backup that was not finished, or whose summary is a finding: it opens, or not.
                if isChosen.contains(index) { tally.add(try check.run(item), index, item, backups: [backup]) }
                continue
            }
            guard isChosen.contains(index) || !packs.isDisjoint(with: summary.packs) else { continue }
            let outcome = try open(summary, reader) { expectations.add($0) { packs.contains($0) } }
            if backups.contains(backup) { tally.add(outcome, index, item, backups: [backup]) }
            progress.advance(item.byteCount)
        }
        tally.add(
            expectations.conflicts.filter { backups.contains($0.conflict.backup) }.map { pack, conflict in
                Finding(
                    .damaged, RepositoryLayout.key(of: .manifest, conflict.backup, in: inventory.cluster).path,
                    "of pack \(pack), \(conflict.cause)", backups: [conflict.backup])
            })
        return expectations
    }

    private func open(
        _ summary: BackupSummary, _ reader: ManifestReader, _ body: (BackupManifest) -> Void
    ) throws(OperationError) -> CheckOutcome {
        do throws(OperationError) {
            let manifest = try reader.manifest(of: summary, in: verification.repository, until: .never)
            guard let manifest else { return .missing }
            body(manifest)
            guard Set(manifest.packs.map(\.id)) == Set(summary.packs) else {
                return .damaged("it refers to other packs than the backup's summary")
            }
            return .right
        } catch {
            return try CheckOutcome(error)
        }
    }

    private func backups(of place: RepositoryLayout.Place) -> [BackupID] {
        if case .backup(_, let backup, _) = place { [backup] } else { [] }
    }

    private static func check(
        _ verification: RepositoryVerification, _ records: RecordReading.Records
    ) -> ObjectCheck {
        var artifacts: [ObjectKey: ArtifactRecord] = [:]
        for record in records.artifacts {
            let key = RepositoryLayout.key(of: .stream, record.version, of: record.name, in: verification.cluster)
            artifacts[key] = record
        }
        return ObjectCheck(
            store: verification.repository.store, system: records.segmentSizes, artifacts: artifacts,
            signers: verification.signers, pipeline: verification.opening?.pipeline)
    }
}
