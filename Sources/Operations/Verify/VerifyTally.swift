import Format
import Platform

/// What the workers of a run have found so far.
final class VerifyTally: Sendable {
    struct State: Sendable {
        var findings: [Finding] = []
        /// Positions of the items that are right.
        var right: [Int] = []
        var checked = VerifyReport.Count()
        /// Gone since they were listed.
        var vanished: [ObjectKey] = []
        /// Nanoseconds of the clock that only grows.
        var saved = Clock.monotonicNanoseconds()
    }

    /// What a run that is ended from outside has done in vain.
    private static let saveNanoseconds: UInt64 = 60_000_000_000

    private let state = Gate(State())

    var all: State { state.withLock { $0 } }

    func add(_ outcome: CheckOutcome, _ index: Int, _ item: VerifyItem, backups: [BackupID] = []) {
        state.withLock { state in
            state.checked.add(item.byteCount)
            switch outcome {
            case .right: state.right.append(index)
            case .missing where backups.isEmpty: state.vanished.append(item.key)
            default:
                if let finding = Finding(outcome, item.key, backups: backups) { state.findings.append(finding) }
            }
        }
    }

    /// True once in a while: then it is time to keep what was found so far.
    var isDueForSaving: Bool {
        state.withLock { state in
            let now = Clock.monotonicNanoseconds()
            guard now - state.saved >= Self.saveNanoseconds else { return false }
            state.saved = now
            return true
        }
    }

    func add(_ findings: [Finding]) { state.withLock { $0.findings += findings } }
}
