package import Platform

/// Work that several threads do together, step by step.
package protocol GangJob<Scratch>: AnyObject, Sendable {
    /// What a member owns and reuses from job to job: buffers, contexts. No other thread ever sees it.
    associatedtype Scratch: AnyObject

    /// Does one step with a member's scratch; false when there is nothing left to begin.
    ///
    /// Called by many threads at once. Failures are the job's own affair: it remembers the first and answers false.
    func step(_ scratch: Scratch) -> Bool
}

/// A fixed number of threads that work on whatever jobs are there: a lone job gets all of them, many jobs share them.
///
/// Blocks never change hands between the members, so nothing is queued but the jobs, and the memory is the members'
/// scratch. An idle member joins the job with the fewest members, the oldest first, and stays until that is done.
package final class Gang<Scratch: AnyObject>: Sendable {
    private let state: Gate<State>
    private let crew = Crew()

    /// - Parameters:
    ///   - members: threads wanted, at least one. One that the system does not give is done without, unless it is the
    ///     first.
    ///   - makeScratch: makes the scratch of one member, on its thread, when it first finds work; it must not fail.
    package init(
        name: String, members: Int, makeScratch: @escaping @Sendable () -> Scratch
    ) throws(PlatformError) {
        precondition(members > 0, "a gang has at least one member")
        state = Gate(State())
        for number in 0..<members {
            let state = self.state
            do {
                try crew.begin(name: "\(name)/\(number)") { Self.work(state, makeScratch) }
            } catch {
                guard number > 0 else { throw error }
                break
            }
        }
    }

    deinit { close() }

    /// Has the members work on `job` and returns once no member is inside it any more, nor keeps it.
    ///
    /// After `close` a job that nobody is in is dropped, half done or not begun.
    package func run(_ job: any GangJob<Scratch>) {
        let id = state.withLock { $0.add(job) }
        state.signalAll()
        _ = state.wait(until: .never) { $0.isOver(id) ? true : nil }
    }

    /// Ends all members after the jobs they are in, and joins them. Jobs given later are never worked on.
    package func close() {
        state.withLock { $0.isClosed = true }
        state.signalAll()
        crew.join()
    }

    private static func work(_ state: Gate<State>, _ makeScratch: () -> Scratch) {
        var scratch: Scratch?
        while let id = workOnce(state, &scratch, makeScratch) {
            state.withLock { $0.leave(id) }
            state.signalAll()
        }
    }

    /// Works on one job, and lets go of it before anybody is told: its owner may rely on being the last to hold it.
    private static func workOnce(
        _ state: Gate<State>, _ scratch: inout Scratch?, _ makeScratch: () -> Scratch
    ) -> Int? {
        let choice: Choice? = state.wait(until: .never) { state in
            if state.isClosed { return .end }
            return state.join().map { .work($0, $1) }
        }
        guard case .work(let id, let job) = choice else { return nil }
        let own = scratch ?? makeScratch()
        scratch = own
        while job.step(own) {}
        return id
    }

    private enum Choice {
        case work(Int, any GangJob<Scratch>)
        case end
    }

    private struct Entry {
        let id: Int
        let job: any GangJob<Scratch>
        var members = 0
        var isExhausted = false
    }

    private struct State {
        var entries: [Entry] = []
        var lastID = 0
        var isClosed = false

        mutating func add(_ job: any GangJob<Scratch>) -> Int {
            lastID += 1
            entries.append(Entry(id: lastID, job: job))
            return lastID
        }

        mutating func join() -> (Int, any GangJob<Scratch>)? {
            let open = entries.indices.filter { !entries[$0].isExhausted }
            guard let index = open.min(by: { entries[$0].members < entries[$1].members }) else { return nil }
            entries[index].members += 1
            return (entries[index].id, entries[index].job)
        }

        mutating func leave(_ id: Int) {
            guard let index = entries.firstIndex(where: { $0.id == id }) else { return }
            entries[index].members -= 1
            entries[index].isExhausted = true
            if entries[index].members == 0 { entries.remove(at: index) }
        }

        /// Whether no member is in the job and none will be.
        mutating func isOver(_ id: Int) -> Bool {
            guard let index = entries.firstIndex(where: { $0.id == id }) else { return true }
            guard isClosed, entries[index].members == 0 else { return false }
            entries.remove(at: index)
            return true
        }
    }
}
