import Platform
import Stream

/// The prefetchers of this process: one thread, with its lanes, for each directory in which segments wait.
final class PrefetchRuns: Sendable {
    private let state = Gate(State())

    private struct State: Sendable {
        var runs: [String: Run] = [:]
        var ended: [Crew] = []
        var isOver = false
    }

    private struct Run: Sendable {
        let crew: Crew
        var prefetcher: Prefetcher?
    }

    /// Recoveries at the same time; of more, each segment is fetched when it is asked for.
    private static let runsMax = 64

    /// Begins on `directory` unless somebody is at it. `body` does the work on a thread of its own and hands over what
    /// it does it with; it must end soon after `isOver`.
    func begin(_ directory: String, _ body: @escaping @Sendable (_ runs: PrefetchRuns, String) -> Void) {
        let crew = Crew()
        let isNew = state.withLock { state in
            guard !state.isOver, state.runs[directory] == nil, state.runs.count < Self.runsMax else { return false }
            state.runs[directory] = Run(crew: crew)
            return true
        }
        guard isNew else { return }
        joinEnded()
        do {
            try crew.begin(name: "prefetch") {
                body(self, directory)
                self.end(directory)
            }
        } catch {
            // Without a thread every segment is fetched when it is asked for, which is slower and no worse.
            end(directory)
        }
    }

    /// What is at work on the directory, if anything is.
    func prefetcher(for directory: String) -> Prefetcher? { state.withLock { $0.runs[directory]?.prefetcher } }

    func isAtWork(on directory: String) -> Bool { state.withLock { $0.runs[directory] != nil } }

    func set(_ prefetcher: Prefetcher, for directory: String) {
        state.withLock { $0.runs[directory]?.prefetcher = prefetcher }
    }

    var isOver: Bool { state.withLock { $0.isOver } }

    /// Ends all; false when one was still at work at the deadline.
    func stop(until deadline: Deadline) -> Bool {
        state.withLock { $0.isOver = true }
        let isDone = state.wait(until: deadline) { $0.runs.isEmpty ? true : nil } ?? false
        if isDone { joinEnded() }
        return isDone
    }

    private func end(_ directory: String) {
        state.withLock { state in
            guard let run = state.runs.removeValue(forKey: directory) else { return }
            state.ended.append(run.crew)
        }
        state.signalAll()
    }

    /// Threads that have said that they end.
    private func joinEnded() {
        let ended = state.withLock { state in
            defer { state.ended = [] }
            return state.ended
        }
        for crew in ended { crew.join() }
    }
}
