import Format
import Platform

/// What all servers of the agent wait to have archived, and who works on it: the lanes of the agent take turns among
/// the servers, so that the backlog of one does not hold up the segment of another.
final class ArchiveBoard: Sendable {
    private let state = Gate(State())

    /// One server's part of the board.
    struct Desk: Sendable {
        var queue = ArchiveQueue()
        var ledger: PushLedger
        /// The failure of the last file that ended, if it failed.
        var trouble: OperationError?
    }

    /// One file for a lane.
    struct Task: Sendable {
        let service: PushService
        let name: WALFileName
    }

    private struct State: Sendable {
        /// By the services' numbers; changed in place, because a ledger has thousands of entries.
        var desks: [Desk] = []
        var services: [PushService] = []
        /// Whose turn it is.
        var next = 0
        var isClosed = false

        /// The next server in turn that has something to be done.
        mutating func begin(at now: UInt64) -> Task? {
            for turn in desks.indices {
                let number = (next + turn) % desks.count
                guard let name = desks[number].queue.begin(at: now) else { continue }
                next = number + 1
                return Task(service: services[number], name: name)
            }
            return nil
        }
    }

    /// The services come in the order of their numbers, from 0.
    func add(_ service: PushService, ledger: PushLedger) {
        state.withLock { state in
            precondition(service.number == state.desks.count, "a service is added once, in its turn")
            state.services.append(service)
            state.desks.append(Desk(ledger: ledger))
        }
    }

    /// Looks at or changes one server's part; `signal` when a lane or a request may have something to do then.
    func with<Result: Sendable>(_ number: Int, signal: Bool = false, _ body: (inout Desk) -> Result?) -> Result? {
        defer { if signal { state.signalAll() } }
        return state.withLock { state in
            guard state.desks.indices.contains(number) else { return nil }
            return body(&state.desks[number])
        }
    }

    /// Waits until `body` has an answer about one server's part; nil at the deadline, or when nothing is done any more.
    func wait<Result: Sendable>(
        _ number: Int, until deadline: Deadline, _ body: (inout Desk) -> Result?
    ) -> Result? {
        let answer: Result?? = state.wait(until: deadline) { state in
            guard state.desks.indices.contains(number) else { return .some(nil) }
            if let result = body(&state.desks[number]) { return result }
            return state.isClosed && state.desks[number].queue.underWayCount == 0 ? .some(nil) : nil
        }
        return answer ?? nil
    }

    /// Something to do for a lane, as soon as there is; nil once the board is closed.
    func claim() -> Task? {
        while true {
            let rest = state.withLock { state in state.desks.compactMap(\.queue.nextTry).min() }
            let deadline = rest.map(Deadline.init(at:)) ?? .never
            let step: Step? = state.wait(until: deadline) { state in
                if state.isClosed { return .end }
                return state.begin(at: Clock.monotonicNanoseconds()).map { .work($0) }
            }
            switch step {
            case .work(let task): return task
            case .end: return nil
            case nil: continue
            }
        }
    }

    private enum Step: Sendable {
        case work(Task)
        case end
    }

    /// The last failure of each server whose last file failed.
    var troubles: [String] {
        state.withLock { state in state.desks.compactMap { $0.trouble.map { "\($0)" } } }
    }

    /// From now on no file is begun. Those under way end.
    func close() {
        state.withLock { $0.isClosed = true }
        state.signalAll()
    }

    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Waits until no file is under way; false when the deadline came first.
    func drain(until deadline: Deadline) -> Bool {
        let done: Void? = state.wait(until: deadline) { state in
            state.desks.allSatisfy { $0.queue.underWayCount == 0 } ? () : nil
        }
        return done != nil
    }
}
