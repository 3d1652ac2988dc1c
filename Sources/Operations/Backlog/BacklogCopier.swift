package import Format
package import Platform
import Stream

/// Gives one best-effort repository what it still has to get, oldest first, for as long as the process lives.
///
/// A file that is added is named on disk before the call returns, so that it is not forgotten in a crash. Each is read
/// from a required repository and created in this one; while either is in trouble, it is tried again and again.
package final class BacklogCopier: Sendable {
    /// For metrics, and for people.
    package struct State: Equatable, Sendable {
        /// Files that are waiting or under way.
        package var count = 0
        /// When the oldest of them was added: seconds since 1970.
        package var oldestSeconds: Int64?
        /// How often there was no room for more, since the process began.
        package var overflowCount = 0
        /// Files that were set aside, since the process began.
        package var asideCount = 0
        /// What the last attempt failed at; nil when it succeeded.
        package var lastTrouble: String?
    }

    private let work: BacklogWork
    private let crew = Crew()

    /// Files copied at the same time: hides some of the latency of a store in the distance, and takes as little
    /// memory as that leaves.
    package static let lanes = 2

    /// - Parameters:
    ///   - copy: into the repository, from those that have everything, for as many lanes.
    ///   - difference: of the same repositories, for what was not noted; the first source that answers is used.
    ///   - requireSystem: throws unless the repository holds the system.
    ///   - onChange: told after everything that changes the state; must return soon.
    ///   - onWarning: told when trouble begins, and of each file that is set aside, in a sentence.
    init(
        _ copy: ObjectCopy, differences: [WALDifference], file: BacklogFile, cluster: ClusterName,
        requireSystem: @escaping @Sendable (SystemIdentifier, Deadline) throws(OperationError) -> Void,
        onChange: @escaping @Sendable (State) -> Void = { _ in },
        onWarning: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        work = BacklogWork(
            copy, differences: differences, file: file, cluster: cluster, requireSystem: requireSystem,
            onChange: onChange, onWarning: onWarning)
    }

    /// Starts the threads. Nothing is copied without.
    package func start(lanes: Int = BacklogCopier.lanes) throws(OperationError) {
        do throws(PlatformError) {
            for number in 0..<lanes {
                work.beginLane()
                do throws(PlatformError) {
                    let work = work
                    try crew.begin(name: "backlog/\(number)") { work.run() }
                } catch {
                    work.endLane()
                    // A lane less than wanted is no failure unless it is the first.
                    guard number > 0 else { throw error }
                }
            }
        } catch {
            throw OperationError(error)
        }
    }

    /// Takes files that are durable in every required repository. When it returns they are noted durably; when it
    /// throws they will be copied all the same unless this process ends before.
    package func add(_ names: [WALFileName], of system: SystemIdentifier) throws(OperationError) {
        let now = Clock.now().seconds
        let entries = names.map { name in
            BacklogList.Entry(WALObjectName(system: system, name: name), addedSeconds: now)
        }
        try work.add(entries)
    }

    package var state: State { work.current }

    /// Begins nothing more, and waits until `deadline` for what is under way; false when that went on. What was not
    /// copied is there for the next process.
    package func stop(until deadline: Deadline) -> Bool { work.stop(until: deadline) }

    /// Waits for the threads: let go of it after `stop` has returned true, or with the process.
    deinit {
        _ = work.stop(until: .after(seconds: 0))
        crew.join()
    }
}

/// What the threads of a copier share.
final class BacklogWork: Sendable {
    private let copy: ObjectCopy
    private let differences: [WALDifference]
    private let file: BacklogFile
    private let cluster: ClusterName
    private let requireSystem: @Sendable (SystemIdentifier, Deadline) throws(OperationError) -> Void
    private let onChange: @Sendable (BacklogCopier.State) -> Void
    private let onWarning: @Sendable (String) -> Void
    private let gate: Gate<Shared>

    /// What one attempt may take at first. It doubles from failure to failure, so that a large segment gets through a
    /// slow line, and a process that ends waits no longer than it must.
    private static let attemptSeconds = (first: 20.0, last: 600.0)
    /// A listing of a million segments takes a thousand requests.
    private static let comparisonSeconds = 600.0
    /// How soon what others have added is noticed, and what is done is taken out of the file, when all is quiet.
    private static let lookSeconds = 1.0

    private struct Shared: Sendable {
        var queue: BacklogQueue
        var lanes = 0
        var isOver = false
        var isSettling = false
        /// A file that cannot be replaced now is not tried again at once.
        var settlesAgain = Deadline.after(seconds: 0)
    }

    private enum Task: Sendable {
        case copy(BacklogList.Entry, attemptSeconds: Double)
        case compare
        case settle
    }

    init(
        _ copy: ObjectCopy, differences: [WALDifference], file: BacklogFile, cluster: ClusterName,
        requireSystem: @escaping @Sendable (SystemIdentifier, Deadline) throws(OperationError) -> Void,
        onChange: @escaping @Sendable (BacklogCopier.State) -> Void, onWarning: @escaping @Sendable (String) -> Void
    ) {
        self.copy = copy
        self.differences = differences
        self.file = file
        self.cluster = cluster
        self.requireSystem = requireSystem
        self.onChange = onChange
        self.onWarning = onWarning
        gate = Gate(Shared(queue: BacklogQueue(file.load())))
    }

    var current: BacklogCopier.State {
        gate.withLock { shared in
            let queue = shared.queue
            return BacklogCopier.State(
                count: queue.list.count, oldestSeconds: queue.list.entries.first?.addedSeconds,
                overflowCount: queue.overflowCount, asideCount: queue.asideCount, lastTrouble: queue.trouble)
        }
    }

    func add(_ entries: [BacklogList.Entry]) throws(OperationError) {
        let (new, overflows) = gate.withLock { $0.queue.list.fitting(entries) }
        // Also when the file cannot be written: then only a crash loses them.
        defer {
            gate.withLock { _ = $0.queue.add(entries) }
            hasChanged()
        }
        do throws(PlatformError) {
            try file.append(new, saying: overflows ? .overflowed : .complete)
        } catch {
            throw OperationError(error, doing: "note what is to be copied")
        }
    }

    func beginLane() { gate.withLock { $0.lanes += 1 } }

    func endLane() {
        gate.withLock { $0.lanes -= 1 }
        gate.signalAll()
    }

    func stop(until deadline: Deadline) -> Bool {
        gate.withLock { $0.isOver = true }
        gate.signalAll()
        return gate.wait(until: deadline) { $0.lanes == 0 ? true : nil } ?? false
    }

    /// A thread's life.
    func run() {
        while let task = claim() {
            switch task {
            case .copy(let entry, let seconds): copy(entry, until: .after(seconds: seconds))
            case .compare: compare()
            case .settle: settle()
            }
        }
        settle()
        endLane()
    }

    private func hasChanged() {
        gate.signalAll()
        onChange(current)
    }
}

// MARK: - The lanes

extension BacklogWork {
    /// What to do next, as soon as there is something; nil at the end.
    private func claim() -> Task? {
        while true {
            let look = Deadline.after(seconds: Self.lookSeconds)
            let task: Task?? = gate.wait(until: look) { shared in
                if shared.isOver { return .some(nil) }
                return Self.task(&shared).map { .some($0) }
            }
            if let task { return task }
            if isWorthALook() { return .settle }
        }
    }

    private static func task(_ shared: inout Shared) -> Task? {
        if shared.queue.isDueForSettling, !shared.isSettling, shared.settlesAgain.hasPassed {
            shared.isSettling = true
            return .settle
        }
        switch shared.queue.next(now: now) {
        case .copy(let entry):
            let doublings = min(shared.queue.failureCount, 16)
            let seconds = min(attemptSeconds.first * Double(1 << doublings), attemptSeconds.last)
            return .copy(entry, attemptSeconds: seconds)
        case .compare: return .compare
        case .wait: return nil
        }
    }

    private static var now: Double { Double(Clock.monotonicNanoseconds()) / 1e9 }

    /// Whether there is something to take out of the file, or somebody else has put something in; one lane does it.
    private func isWorthALook() -> Bool {
        let isFree = gate.withLock { shared in
            defer { shared.isSettling = true }
            return !shared.isSettling
        }
        guard isFree else { return false }
        if file.hasChanged || gate.withLock({ !$0.queue.removed.isEmpty }) { return true }
        gate.withLock { $0.isSettling = false }
        return false
    }

    private func copy(_ entry: BacklogList.Entry, until deadline: Deadline) {
        let (name, system) = (entry.file.name, entry.file.system)
        let cluster = cluster
        do throws(OperationError) {
            try requireSystem(system, deadline)
            let outcome = try copy.copy(entry.file.key(in: cluster), until: deadline) {
                (source) throws(OperationError) in
                try source.requireSystem(system, of: cluster, until: deadline)
            }
            if outcome == .missing {
                setAside(entry.file, "no required repository has it any more")
            } else {
                gate.withLock { $0.queue.copied(entry.file) }
            }
        } catch {
            if error.isPermanent {
                setAside(entry.file, error.cause)
            } else {
                let isNew = gate.withLock { $0.queue.failed(entry.file, because: error.cause, now: Self.now) }
                if isNew { onWarning("\"\(name)\" waits for \(copy.targetName): \(error.cause)") }
            }
        }
        hasChanged()
    }

    private func setAside(_ file: WALObjectName, _ cause: String) {
        gate.withLock { $0.queue.setAside(file, because: cause) }
        onWarning("\"\(file.name)\" will not be copied to \(copy.targetName): \(cause)")
    }

    /// Takes what is done out of the file.
    private func settle() {
        // Where that fails the file is longer than it need be.
        try? settleFile(.none)
        gate.withLock { shared in
            shared.isSettling = false
            shared.settlesAgain = .after(seconds: Self.lookSeconds)
        }
        hasChanged()
    }

    private func settleFile(_ change: BacklogFile.Change) throws(OperationError) {
        let gone = gate.withLock { $0.queue.removed }
        guard !gone.isEmpty || file.hasChanged || change != .none else { return }
        do throws(PlatformError) {
            let list = try file.settle(removing: gone, change)
            gate.withLock { $0.queue.settled(gone, list) }
        } catch {
            throw OperationError(error, doing: "rewrite the backlog")
        }
    }

    /// After an overflow: finds by listing what was not noted.
    private func compare() {
        do throws(OperationError) {
            try settleFile(.beginComparing)
            gate.withLock { $0.queue.beganComparing() }
            let (found, isAll) = try difference()
            if isAll {
                try note(found)
                try settleFile(.endComparing)
            }
            gate.withLock { $0.queue.compared(toTheEnd: isAll) }
        } catch {
            let isNew = gate.withLock { $0.queue.failedComparing(because: error.cause, now: Self.now) }
            if isNew { onWarning("what \(copy.targetName) lacks cannot be found out: \(error.cause)") }
        }
        hasChanged()
    }

    /// Has what the target lacks copied, as far as there is room in the list; also tells what it was.
    private func difference() throws(OperationError) -> (found: [BacklogList.Entry], isAll: Bool) {
        var failure: OperationError?
        for difference in differences {
            var found: [BacklogList.Entry] = []
            do throws(OperationError) {
                let isAll = try difference.forEachMissing(until: .after(seconds: Self.comparisonSeconds)) { file in
                    let entry = BacklogList.Entry(file, addedSeconds: Clock.now().seconds)
                    found.append(entry)
                    defer { gate.signalAll() }
                    return gate.withLock { shared in
                        _ = shared.queue.add([entry])
                        return !shared.isOver && !shared.queue.list.hasOverflowed
                    }
                }
                return (found, isAll)
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        return ([], true)
    }

    /// What was found and is not yet copied is not to be forgotten when the list counts as complete.
    private func note(_ found: [BacklogList.Entry]) throws(OperationError) {
        let waiting = gate.withLock { shared in found.filter { shared.queue.list.contains($0.file) } }
        do throws(PlatformError) {
            try file.append(waiting)
        } catch {
            throw OperationError(error, doing: "note what is to be copied")
        }
    }
}
