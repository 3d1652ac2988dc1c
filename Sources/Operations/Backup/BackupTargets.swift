import Format
import Platform
import Storage

/// The repositories a backup goes to. A required one that fails ends the backup; a best-effort one is left out from
/// then on, because a backup that lacks one pack there would be none.
final class BackupTargets: Sendable {
    private struct State {
        var active: [Repository]
        var warnings: [String] = []
    }

    private let state: Gate<State>

    init(_ repositories: [Repository]) {
        state = Gate(State(active: repositories))
    }

    /// Those that have everything so far.
    var active: [Repository] { state.withLock { $0.active } }

    /// One line for each that was left out.
    var warnings: [String] { state.withLock { $0.warnings } }

    /// Judges what became of one object. Its name was new, so that one that exists is what an earlier try of this very
    /// write has made, whose reply was lost.
    func settle(_ outcomes: [RepositoryOutcome]) throws(OperationError) {
        for outcome in outcomes {
            guard case .failure(let error) = outcome.result else { continue }
            guard !outcome.repository.isRequired else { throw error }
            leaveOut(outcome.repository, because: error)
        }
    }

    func leaveOut(_ repository: Repository, because error: OperationError) {
        state.withLock { state in
            guard let index = state.active.firstIndex(where: { $0.name == repository.name }) else { return }
            state.active.remove(at: index)
            state.warnings.append("repository \"\(repository.name)\" does not get this backup: \(error.cause)")
        }
    }
}
