import Format
import Platform

/// Asks again while there is trouble: PostgreSQL would take the failure for the end of the archive, or die of it.
struct FetchRetry: Sendable {
    private let source: WALSource
    private let deadline: Deadline

    /// Pauses grow from the first to the second; the store's own retries are inside each round.
    private static let pauseSeconds = (first: 0.25, last: 5.0)
    /// A stored object that is damaged or sealed for somebody else stays so; the second round excludes an accident on
    /// the way. Where several repositories are in trouble, all of it has to be of that kind (`RepositoryAnswers`).
    private static let permanentRounds = 2

    init(_ source: WALSource, until deadline: Deadline) {
        self.source = source
        self.deadline = deadline
    }

    /// True when the file was restored, false when it is missing everywhere.
    func fetch(_ name: WALFileName, to place: FetchPlace) throws(OperationError) -> Bool {
        var pause = Self.pauseSeconds.first
        var patience = WALSource.oneOfSeveralSeconds
        var round = 1
        while true {
            switch source.fetch(name, into: place, until: deadline, patienceSeconds: patience) {
            case .restored: return true
            case .missing: return false
            case .trouble(let error):
                let isLast = round >= Self.permanentRounds && error.isPermanent
                guard !isLast, pause < deadline.remainingSeconds else { throw error }
            }
            Clock.sleep(seconds: pause * (0.5 + Entropy.fraction() / 2))
            pause = min(pause * 2, Self.pauseSeconds.last)
            patience *= 2
            round += 1
        }
    }
}
