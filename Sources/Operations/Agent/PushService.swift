package import Format
package import Platform
import Postgres
import Storage

/// Archives the WAL of one server ahead of its asking, and answers when it asks.
///
/// A file counts as archived when it is durable in every required repository, and only then is it remembered here and
/// its name given to the backlogs of the other repositories.
package final class PushService: Sendable {
    /// Its place on the board.
    let number: Int
    /// The server's `pg_wal`, absolute, without symbolic links.
    package let walDirectory: String
    package let cluster: ClusterConfiguration
    private let dataDirectory: DataDirectory
    private let works: ArchiveWorks
    private let ledgerFile: PushLedgerFile
    private let target = Gate<ArchiveTarget?>(nil)
    /// Of the target, once there is one: whoever only wants to know this must not wait for a store.
    private let segmentSize = Gate<SegmentSize?>(nil)
    private let watch = Gate<ArchiveWatch?>(nil)
    /// Up to where PostgreSQL was told that WAL is durable, in bytes.
    private let position = Gate<UInt64?>(nil)

    init(
        number: Int, walDirectory: String, dataDirectory: DataDirectory, cluster: ClusterConfiguration,
        works: ArchiveWorks
    ) {
        self.number = number
        self.walDirectory = walDirectory
        self.dataDirectory = dataDirectory
        self.cluster = cluster
        self.works = works
        ledgerFile = PushLedgerFile(
            directory: cluster.stateDirectory, scope: PushWAL.scope(cluster, works.configuration.repositories))
    }

    /// Where PostgreSQL marks what it wants archived.
    var statusDirectory: String { "\(walDirectory)/archive_status" }

    /// Begins to look ahead.
    func begin() {
        works.board.add(self, ledger: ledgerFile.load())
        let watch = ArchiveWatch(self)
        self.watch.withLock { $0 = watch }
        watch.begin()
    }

    /// Ends the looking ahead and keeps what is known to be durable for whoever comes next.
    func end() {
        let watch = watch.withLock { $0.take() }
        watch?.end()
        keepLedger()
    }

    /// Whether the file at `path`, which is in `walDirectory`, is durable in every required repository, as it is now.
    package func isArchived(_ name: WALFileName, at path: String) throws(OperationError) -> Bool {
        let start = Clock.monotonicNanoseconds()
        let status = try PushWAL.status(of: path)
        guard works.board.with(number, { $0.ledger.holds("\(name)", status) ? true : nil }) == true else {
            return false
        }
        noteAnswer(name)
        works.metrics.notePush(since: start, of: cluster)
        return true
    }

    /// Returns when the file is durable in every required repository.
    ///
    /// - Throws: why it cannot be made so; `timedOut` at the deadline, or when the agent ends before it got to it.
    package func push(
        _ name: WALFileName, at path: String, until deadline: Deadline
    ) throws(OperationError) {
        let start = Clock.monotonicNanoseconds()
        defer { works.metrics.notePush(since: start, of: cluster) }
        do throws(OperationError) {
            try wait(for: name, at: path, until: deadline)
        } catch {
            works.metrics.registry.add(.pushFailures, 1, "\(cluster.name)")
            throw error
        }
        noteAnswer(name)
    }

    private func wait(for name: WALFileName, at path: String, until deadline: Deadline) throws(OperationError) {
        // A file that was touched after it was looked at is archived as it is now, and then looked at again.
        while try !isArchivedNow(name, at: path, until: deadline) {}
    }

    /// False when the file was archived in another state than it had when this began.
    private func isArchivedNow(
        _ name: WALFileName, at path: String, until deadline: Deadline
    ) throws(OperationError) -> Bool {
        // Before it is asked for: what is not there is nobody's work.
        let status = try PushWAL.status(of: path)
        let ticket = works.board.with(number, signal: true) { $0.queue.request(name) }
        defer { _ = works.board.with(number) { $0.queue.leave(name) } }
        guard let ticket else { throw .gaveUp("archive", path) }
        watch.withLock { $0 }?.wake()
        let outcome: Result<Bool, OperationError>? = works.board.wait(number, until: deadline) { desk in
            if desk.ledger.holds("\(name)", status) { return .success(true) }
            if let failure = desk.queue.failure(of: name, since: ticket) { return .failure(failure) }
            return desk.queue.hasEnded(name, since: ticket) ? .success(false) : nil
        }
        guard let outcome else { throw Self.unanswered(path, deadline, works.board.isClosed) }
        return try outcome.get()
    }

    /// PostgreSQL asks in order, so that everything up to the file it is told of is durable, and what follows it
    /// without a gap as far as it is known to be.
    private func noteAnswer(_ name: WALFileName) {
        guard case .segment(let asked) = name, let size = segmentSize.withLock({ $0 }) else { return }
        let limit = works.configuration.wal.lookahead
        let position: UInt64? = works.board.with(number) { desk in
            var last = asked
            for _ in 0..<limit {
                guard let next = last.next(size: size), desk.ledger.holds(name: "\(next)") else { break }
                last = next
            }
            return last.number(size: size).map { ($0 + 1) * UInt64(size.byteCount) }
        }
        guard let position else { return }
        self.position.withLock { $0 = position }
        works.metrics.noteDurable(position, of: cluster, in: works.requiredNames)
    }

    /// A lane's share of the work.
    func work(on name: WALFileName) {
        let path = "\(walDirectory)/\(name)"
        let deadline = Deadline.after(seconds: works.configuration.wal.pushDeadlineSeconds)
        let start = Clock.monotonicNanoseconds()
        let result: Result<ArchivedFile, OperationError>
        do throws(OperationError) {
            let target = try archiveTarget(until: deadline)
            let file = try target.archive(name, at: path, until: deadline)
            works.copyLater(name, of: target.system, in: cluster)
            works.metrics.noteArchived(since: start, of: cluster)
            result = .success(file)
        } catch {
            result = .failure(error)
        }
        settle(name, result)
    }

    private func settle(_ name: WALFileName, _ result: Result<ArchivedFile, OperationError>) {
        let hadTrouble: Bool? = works.board.with(number, signal: true) { desk in
            defer { if case .failure(let error) = result { desk.trouble = error } else { desk.trouble = nil } }
            switch result {
            case .success(let file):
                desk.ledger.record("\(name)", file.status)
                desk.queue.succeeded(name)
            case .failure(let error):
                desk.queue.failed(name, error, at: Clock.monotonicNanoseconds())
            }
            return desk.trouble != nil
        }
        watch.withLock { $0 }?.wake()
        switch result {
        case .success:
            if hadTrouble == true { works.say(.notice("archiving of cluster \"\(cluster.name)\" goes on")) }
        case .failure(let error):
            // Another cluster may be in the directory by now.
            if error.code == .wrongFile { target.withLock { $0 = nil } }
            works.say(.failure(error))
        }
    }

    /// The files that wait and are not durable, the next one first, at most as many as are archived ahead.
    func lookAround() {
        let limit = works.configuration.wal.lookahead
        guard limit > 0, !works.board.isClosed, let names = try? ReadyFiles.oldest(in: walDirectory, limit: limit)
        else { return }
        let found = names.compactMap { name in
            ((try? FileSystem.status(of: "\(walDirectory)/\(name)")) ?? nil).map { (name, $0) }
        }
        _ = works.board.with(number, signal: true) { desk in
            desk.queue.saw(found.filter { !desk.ledger.holds("\($0.0)", $0.1) }.map(\.0))
        }
    }

    /// Whether the lanes will soon have nothing to do here.
    var isHungry: Bool {
        works.board.with(number) { $0.queue.idleCount < works.lanes } ?? false
    }

    /// Tells the metrics what waits.
    func survey() {
        guard let waiting = try? WaitingWAL.find(in: dataDirectory.path) else { return }
        let counts = works.board.with(number) { (known: $0.queue.count, underWay: $0.queue.underWayCount) }
        works.surveyBacklogs(of: cluster, position: position.withLock { $0 })
        works.metrics.noteWaiting(waiting, of: cluster)
        works.metrics.noteQueue(known: counts?.known ?? 0, underWay: counts?.underWay ?? 0, of: cluster)
    }

    private func archiveTarget(until deadline: Deadline) throws(OperationError) -> ArchiveTarget {
        try target.withLock { (target) throws(OperationError) in
            if let target { return target }
            let made = try works.target(of: cluster, dataDirectory, until: deadline)
            target = made
            segmentSize.withLock { $0 = made.segmentSize }
            return made
        }
    }

    func keepLedger() {
        let entries = works.board.with(number) { $0.ledger }
        guard let entries else { return }
        // A ledger that cannot be written costs the next process an upload and a comparison per file.
        try? ledgerFile.replace(entries)
    }

    private static func unanswered(_ path: String, _ deadline: Deadline, _ isClosed: Bool) -> OperationError {
        guard isClosed, !deadline.hasPassed else { return .deadlinePassed("archive", path) }
        return .gaveUp("archive", path)
    }
}
