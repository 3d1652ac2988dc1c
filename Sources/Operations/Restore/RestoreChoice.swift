package import Format
package import Platform

/// Which backup a restore begins with, and the proof that recovery gets from there to its target.
package struct RestoreChoice: Sendable {
    package let backup: BackupSummary
    /// The history of the timeline that recovery follows.
    package let history: TimelineHistory
    /// Nil when nobody looked for it (`--force`) or there is none.
    package let window: RecoveryWindow?
    /// Why this backup: a noun phrase.
    package let reason: String
    package let notices: [String]

    package init(
        backup: BackupSummary, history: TimelineHistory, window: RecoveryWindow?, reason: String, notices: [String]
    ) {
        self.backup = backup
        self.history = history
        self.window = window
        self.reason = reason
        self.notices = notices
    }
}

/// The rules by which the backup is chosen. Pure but for the question when a segment came to be.
package struct RestoreChooser {
    package let inventory: WALInventory
    /// Of one system, ascending.
    package let backups: [BackupSummary]
    package let target: RestoreTarget
    package let timeline: TimelineChoice
    /// Whether the proof is left out.
    package let isForced: Bool
    /// When the last segment of a window came to be; nil where the store does not tell.
    package let ended: (RecoveryWindow) throws(OperationError) -> UnixTime?

    package init(
        inventory: WALInventory, backups: [BackupSummary], target: RestoreTarget, timeline: TimelineChoice,
        isForced: Bool, ended: @escaping (RecoveryWindow) throws(OperationError) -> UnixTime?
    ) {
        self.inventory = inventory
        self.backups = backups
        self.target = target
        self.timeline = timeline
        self.isForced = isForced
        self.ended = ended
    }

    /// The newest backup from which recovery gets to the target.
    ///
    /// Throws `outsideWindow` with the reason why the newest of all does not do, and the windows there are.
    package func newest() throws(OperationError) -> RestoreChoice {
        var refusals: [(BackupSummary, String)] = []
        for backup in backups.reversed() {
            switch try judge(backup) {
            case .success(var choice):
                if let (other, why) = refusals.first {
                    choice = choice.noting("backup \(other.id) is newer and does not do: \(why)")
                }
                return choice
            case .failure(let refusal): refusals.append((backup, refusal.why))
            }
        }
        guard let (backup, why) = refusals.first else {
            throw refused("there is no backup of system \(inventory.system)")
        }
        let older = refusals.count - 1
        let others = older == 0 ? "" : older == 1 ? "; nor does the older one" : "; nor do the \(older) older ones"
        throw refused("backup \(backup.id) does not do, \(why)\(others)")
    }

    /// That very backup, if recovery gets from it to the target.
    package func named(_ backup: BackupSummary) throws(OperationError) -> RestoreChoice {
        switch try judge(backup, isNamed: true) {
        case .success(let choice): return choice
        case .failure(let refusal): throw refused("backup \(backup.id) does not do, \(refusal.why)")
        }
    }

    private struct Refusal: Error {
        let why: String
    }

    private func judge(
        _ backup: BackupSummary, isNamed: Bool = false
    ) throws(OperationError) -> Result<RestoreChoice, Refusal> {
        let history: TimelineHistory
        switch chosenHistory(of: backup) {
        case .success(let chosen): history = chosen
        case .failure(let refusal): return .failure(refusal)
        }
        if let why = tooNew(backup, history) { return .failure(Refusal(why: why)) }
        let choice = RestoreChoice(
            backup: backup, history: history, window: nil, reason: isNamed ? "named by you" : reason,
            notices: notices(backup))
        guard !isForced else {
            return .success(choice.noting("whether all WAL is there was not looked at, as --force says"))
        }
        return try proof(choice)
    }

    // MARK: - Timelines

    private func chosenHistory(of backup: BackupSummary) -> Result<TimelineHistory, Refusal> {
        let chosen: TimelineID
        switch timeline {
        case .current: chosen = backup.timeline
        case .latest: chosen = newestTimeline(after: backup.timeline)
        case .number(let number): chosen = number
        }
        let history = inventory.history(of: chosen)
        let exists = chosen == .first || chosen == backup.timeline || inventory.histories[chosen] != nil
        guard exists else { return .failure(Refusal(why: "no repository has the history of timeline \(chosen)")) }
        guard inventory.leads(backup, along: history) else {
            let left = history.switchPoint(of: backup.timeline).map { ", which left its timeline at \($0)" } ?? ""
            return .failure(
                Refusal(
                    why: "its end, \(backup.stopLSN) on timeline \(backup.timeline), is not in the past of timeline "
                        + "\(chosen)\(left)"))
        }
        return .success(history)
    }

    /// As the server looks for it: one history file after the other until there is none (`findNewestTimeLine`,
    /// access/transam/timeline.c).
    private func newestTimeline(after first: TimelineID) -> TimelineID {
        var newest = first
        while let next = TimelineID(rawValue: newest.rawValue &+ 1), inventory.histories[next] != nil { newest = next }
        return newest
    }

    // MARK: - Targets

    /// Why the backup ended after the target, from which no recovery leads back; nil when it did not.
    private func tooNew(_ backup: BackupSummary, _ history: TimelineHistory) -> String? {
        switch target {
        case .end, .immediate, .name: return nil
        case .time(let time):
            guard let stopped = UnixTime(iso8601: backup.stopped) else { return "it does not tell when it ended" }
            return stopped <= time.moment ? nil : "it ended at \(backup.stopped), after the target"
        case .position(let position):
            return backup.stopLSN <= position ? nil : "it ended at \(backup.stopLSN), after the target"
        case .transaction(let number):
            guard let snapshot = TransactionSnapshot(backup.snapshot) else {
                return "it does not tell which transactions were over"
            }
            return snapshot.isOver(number) ? "transaction \(number) was over before it ended" : nil
        }
    }

    private var reason: String {
        switch target {
        case .end, .immediate: "the newest that can be used"
        case .name: "the newest; where the restore point lies is not known beforehand"
        case .time, .position: "the newest that ended before the target"
        case .transaction: "the newest that ended before the transaction did"
        }
    }

    private func notices(_ backup: BackupSummary) -> [String] {
        var notices: [String] = []
        if case .name(let name) = target {
            notices.append(
                "restore point \"\(name)\" has to lie after \(backup.stopLSN): otherwise the server ends recovery with "
                    + "an error; name an older backup then")
        }
        if backup.pageErrorCount > 0 {
            notices.append("backup \(backup.id) has \(backup.pageErrorCount) pages whose checksum was wrong already")
        }
        return notices
    }

    // MARK: - Proof

    /// That the WAL on the way is there, as far as it can be known.
    private func proof(_ choice: RestoreChoice) throws(OperationError) -> Result<RestoreChoice, Refusal> {
        let backup = choice.backup
        if let missing = missing(choice, to: backup.stopLSN) {
            return .failure(Refusal(why: "\(missing) is missing, without which it does not become consistent"))
        }
        // The archive may not reach the newest timeline that has a history file; then the own one counts.
        let window =
            inventory.window(along: choice.history, behind: backup)
            ?? inventory.window(along: inventory.history(of: backup.timeline), behind: backup)
        guard let window else {
            return target == .immediate
                ? .success(choice) : .failure(Refusal(why: "there is no WAL behind its end, \(backup.stopLSN)"))
        }
        let proven = choice.proven(by: window)
        switch target {
        case .immediate: return .success(proven)
        case .end:
            guard let gap = window.gap else { return .success(proven) }
            return .failure(Refusal(why: "WAL is missing behind its end: \(Self.text(gap)); recovery would end there"))
        case .position(let position):
            // The record that begins at the target is read too.
            if let missing = missing(choice, to: LSN(rawValue: position.rawValue &+ 1)) {
                return .failure(Refusal(why: "the WAL up to the target is not all there, \(missing) is missing"))
            }
            return .success(proven)
        case .time(let time):
            guard let ended = try ended(window) else { return .success(proven) }
            guard time.moment > ended else { return .success(proven) }
            let gap = window.gap.map { ", where \(Self.text($0)) is missing" } ?? ""
            return .failure(Refusal(why: "the WAL behind it ends at \(ended.iso8601())\(gap)"))
        case .transaction, .name:
            guard let gap = window.gap else { return .success(proven) }
            return .success(
                proven.noting(
                    "\(Self.text(gap)) is missing: if the target lies behind it, the server ends recovery with an error"
                ))
        }
    }

    /// Segments that are stored at the same time arrive in any order: whether there is a gap that may be one of those,
    /// so close to the end of the archive that it is worth looking again.
    package var hasYoungGap: Bool {
        guard let gap = inventory.windows(backups).last?.gap,
            let last = inventory.segments.timelines.first(where: { $0.timeline == gap.first.timeline })?.runs.last?
                .last,
            let end = last.number(size: inventory.segments.segmentSize),
            let begin = gap.first.number(size: inventory.segments.segmentSize)
        else { return false }
        return end - begin <= Self.youngSegmentsMax
    }

    /// More than a server's look-ahead stores at once.
    private static let youngSegmentsMax: UInt64 = 64

    private func missing(_ choice: RestoreChoice, to end: LSN) -> String? {
        inventory.segments.missing(along: choice.history, from: choice.backup.startLSN, to: end).first.map(Self.text)
    }

    static func text(_ run: SegmentRanges.Run) -> String {
        run.count == 1 ? "segment \(run.first)" : "segments \(run.first) to \(run.last)"
    }

    private func refused(_ cause: String) -> OperationError {
        let windows = inventory.windows(backups).map { window in
            let until = (try? ended(window)).flatMap { $0 }.map { ", archived at \($0.iso8601())" } ?? ""
            return "timeline \(window.timeline): from \(window.from) (\(window.fromLSN), backup \(window.backup)) "
                + "to \(window.toLSN)\(until)"
        }
        let shown = windows.isEmpty ? "There is none." : windows.joined(separator: "; ") + "."
        return OperationError(
            .outsideWindow, operation: "restore to", object: target.text, cause: cause,
            hint: "What can be restored: \(shown)")
    }
}

extension RestoreChoice {
    fileprivate func noting(_ notice: String) -> RestoreChoice {
        RestoreChoice(backup: backup, history: history, window: window, reason: reason, notices: notices + [notice])
    }

    fileprivate func proven(by window: RecoveryWindow) -> RestoreChoice {
        RestoreChoice(backup: backup, history: history, window: window, reason: reason, notices: notices)
    }
}

extension OperationError.Code {
    /// No backup and no WAL lead to the target.
    package static let outsideWindow = OperationError.Code("outside of the recovery window", .badData)
}
