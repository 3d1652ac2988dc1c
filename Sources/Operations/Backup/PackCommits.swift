import Format
import Platform
import Stream

/// Makes packs durable in the background, so that whoever filled one can go on with the next.
///
/// The threads are as many as packs may be on their way, and serve one pack after another: a thread that has ended
/// keeps its stack until it is joined, and a backup has thousands of packs.
final class PackCommits: Sendable {
    private struct Pack: Sendable {
        let writer: RepositoryWriter
        let frame: JournalFrame
    }

    private struct State {
        var waiting: [Pack] = []
        /// Waiting, or being committed.
        var underWay = 0
        var threadCount = 0
        var hasEnded = false
    }

    private let targets: BackupTargets
    private let ledger: BackupLedger
    private let journal: BackupJournal?
    /// What the journal says of its packs holds while no repository is left out.
    private let repositoryCount: Int
    private let failure: StickyFailure<OperationError>
    private let crew = Crew()
    private let state = Gate(State())
    private let underWayMax: Int

    /// Ends with `join`.
    ///
    /// - Parameter underWayMax: packs that may be on their way at once: one for each worker.
    init(
        _ targets: BackupTargets, ledger: BackupLedger, journal: BackupJournal?,
        failure: StickyFailure<OperationError>, underWayMax: Int
    ) {
        self.targets = targets
        self.ledger = ledger
        self.journal = journal
        self.failure = failure
        self.underWayMax = max(underWayMax, 1)
        repositoryCount = targets.active.count
    }

    /// Commits a finished pack, as soon as not too many are on their way. `frame` goes into the journal when it is
    /// durable.
    func submit(_ writer: RepositoryWriter, _ frame: JournalFrame) {
        let pack = Pack(writer: writer, frame: frame)
        let limit = underWayMax
        let needsThread: Bool? = state.wait(until: .never) { state in
            guard state.underWay < limit else { return nil }
            state.underWay += 1
            state.waiting.append(pack)
            guard state.threadCount < state.underWay else { return false }
            state.threadCount += 1
            return true
        }
        state.signalAll()
        guard needsThread == true else { return }
        do throws(PlatformError) {
            try crew.begin(name: "commit") { self.work() }
        } catch {
            // Without a thread it takes the caller's time.
            let left: Pack? = state.withLock { state in
                state.threadCount -= 1
                return state.waiting.isEmpty ? nil : state.waiting.removeFirst()
            }
            if let left { commit(left) }
        }
    }

    /// Waits for all of them. Nothing is submitted afterwards.
    func join() {
        state.withLock { $0.hasEnded = true }
        state.signalAll()
        crew.join()
    }

    private func work() {
        while let pack = next() { commit(pack) }
    }

    private func next() -> Pack? {
        let answer: Pack?? = state.wait(until: .never) { state -> Pack?? in
            if !state.waiting.isEmpty { return .some(state.waiting.removeFirst()) }
            return state.hasEnded ? .some(nil) : nil
        }
        return answer ?? nil
    }

    private func commit(_ pack: Pack) {
        do throws(OperationError) {
            try failure.check()
            try targets.settle(pack.writer.commit())
            ledger.record(pack.frame.pack, byteCount: pack.frame.packByteCount)
            if targets.active.count == repositoryCount { journal?.append(pack.frame) }
        } catch {
            failure.record(error)
            pack.writer.abort()
        }
        state.withLock { $0.underWay -= 1 }
        state.signalAll()
    }
}
