import Format
import Platform
import Stream

/// A file that PostgreSQL wants archived.
struct WaitingFile: Sendable {
    let name: WALFileName
    let path: String
}

/// Several files archived at once, of which only the first has been asked for.
final class PushBatch: Sendable {
    private let files: [WaitingFile]
    private let target: ArchiveTarget
    private let deadline: Deadline
    private let lookahead: Lookahead
    private let state = Gate(State())

    /// Until when the files that were not asked for may be worked on.
    struct Lookahead: Sendable {
        /// None is begun any more.
        let begin: Deadline
        /// Those under way are given up, so that they cannot fail the call by making it late.
        let end: Deadline
    }

    private struct State {
        var next = 0
        var first: Result<ArchivedFile, OperationError>?
        var archived: [ArchivedFile] = []
    }

    /// - Parameters:
    ///   - files: the one that was asked for, then the others in PostgreSQL's order.
    ///   - deadline: of the first.
    init(_ files: [WaitingFile], target: ArchiveTarget, until deadline: Deadline, lookahead: Lookahead) {
        self.files = files
        self.target = target
        self.deadline = deadline
        self.lookahead = lookahead
    }

    /// Archives the files, `lanes` at a time, and returns those that succeeded. A file that was not asked for may fail:
    /// PostgreSQL will ask for it, and then it speaks for itself.
    func run(lanes: Int) -> [ArchivedFile] {
        let crew = Crew()
        for number in 1..<max(lanes, 1) {
            // With fewer threads the others take longer.
            try? crew.begin(name: "lane/\(number)") { self.work() }
        }
        work()
        crew.join()
        return state.withLock { $0.archived }
    }

    /// Throws what the first file failed at.
    func requireFirst() throws(OperationError) {
        guard let first = state.withLock({ $0.first }) else { throw .gaveUp("archive", files.first?.path ?? "") }
        _ = try first.get()
    }

    private func work() {
        while let index = claim() {
            let result: Result<ArchivedFile, OperationError>
            let deadline = index == 0 ? deadline : lookahead.end.sooner(of: deadline)
            do throws(OperationError) {
                result = .success(try target.archive(files[index].name, at: files[index].path, until: deadline))
            } catch {
                result = .failure(error)
            }
            state.withLock { state in
                if index == 0 { state.first = result }
                if case .success(let file) = result { state.archived.append(file) }
            }
        }
    }

    private func claim() -> Int? {
        state.withLock { state in
            guard state.next < files.count, state.next == 0 || !lookahead.begin.hasPassed else { return nil }
            // Once the first has failed, nobody waits for the others.
            if case .failure = state.first { return nil }
            defer { state.next += 1 }
            return state.next
        }
    }
}
