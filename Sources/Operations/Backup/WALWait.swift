import Format
import Platform
import Postgres
import Storage

/// Waits until the WAL that a backup cannot do without is in every repository that gets the backup.
struct WALWait {
    let cluster: ClusterName
    let system: SystemIdentifier
    let segmentSize: SegmentSize
    let targets: BackupTargets
    /// Tests have time pass as they like.
    var sleep: (_ seconds: Double) -> Void = { Clock.sleep(seconds: $0) }
    var clock: () -> UInt64 = { Clock.monotonicNanoseconds() }

    /// An archiver that has stored nothing for so long will not by itself.
    static let stallSeconds = 300.0
    /// How often it is looked: an archiver takes milliseconds, a store that is far away asks for mercy.
    private static let pauseSecondsMin = 0.05
    private static let pauseSecondsMax = 2.0
    private static let lookSeconds = 120.0

    /// Returns when every segment from the one with the byte at `start` to the one with the byte before `stop` is
    /// there. A best-effort repository that does not get them is left out.
    ///
    /// `archivedUpTo` asks the server how far its archiver has come, for repositories that may not be looked into.
    func run(
        _ timeline: TimelineID, from start: LSN, to stop: LSN,
        archivedUpTo: () throws(OperationError) -> SegmentName?
    ) throws(OperationError) {
        var missing: [String: [SegmentName]] = [:]
        for repository in targets.active { missing[repository.name] = segments(timeline, start, stop) }
        var moved = clock()
        var pause = Self.pauseSecondsMin
        while true {
            var hasMoved = false
            for repository in targets.active {
                guard let names = missing[repository.name], !names.isEmpty else { continue }
                let left = try absent(names, in: repository, archivedUpTo)
                hasMoved = hasMoved || left.count < names.count
                missing[repository.name] = left
            }
            let waiting = targets.active.filter { !(missing[$0.name] ?? []).isEmpty }
            if waiting.isEmpty { return }
            if hasMoved {
                moved = clock()
                pause = Self.pauseSecondsMin
            }
            if Double(clock() - moved) / 1e9 >= Self.stallSeconds { try giveUp(waiting, missing) }
            sleep(pause)
            pause = min(pause * 2, Self.pauseSecondsMax)
        }
    }

    /// Those not there, in order; nothing behind the first absent one is asked for.
    private func absent(
        _ names: [SegmentName], in repository: Repository,
        _ archivedUpTo: () throws(OperationError) -> SegmentName?
    ) throws(OperationError) -> [SegmentName] {
        do throws(StoreError) {
            for (index, name) in names.enumerated() {
                let key = RepositoryLayout.key(of: .segment(name), in: cluster, system)
                let deadline = Deadline.after(seconds: Self.lookSeconds)
                guard try repository.store.head(key, until: deadline) != nil else { return Array(names[index...]) }
            }
            return []
        } catch {
            guard error.code != .denied else {
                let last = try archivedUpTo()
                return names.filter { name in last.map { $0.timeline != name.timeline || $0 < name } ?? true }
            }
            let failure = OperationError(error)
            guard !repository.isRequired else { throw failure }
            targets.leaveOut(repository, because: failure)
            return []
        }
    }

    private func segments(_ timeline: TimelineID, _ start: LSN, _ stop: LSN) -> [SegmentName] {
        let first = segmentSize.number(containing: start)
        let last = segmentSize.number(containing: stop > start ? LSN(rawValue: stop.rawValue - 1) : start)
        return (first...max(first, last)).compactMap {
            SegmentName(timeline: timeline, number: $0, size: segmentSize)
        }
    }

    private func giveUp(_ waiting: [Repository], _ missing: [String: [SegmentName]]) throws(OperationError) {
        for repository in waiting {
            let name = missing[repository.name]?.first.map { "\($0)" } ?? ""
            let failure = OperationError(
                .unavailable, operation: "wait for WAL", object: name,
                cause: "repository \"\(repository.name)\" does not have it, and nothing was archived for "
                    + "\(Int(Self.stallSeconds)) seconds",
                hint: "Look at pg_stat_archiver and the server's log. What was stored is found by the next backup.")
            guard !repository.isRequired else { throw failure }
            targets.leaveOut(repository, because: failure)
        }
    }
}
