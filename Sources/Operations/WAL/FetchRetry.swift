import Format
import Platform

/// Asks again while there is trouble: PostgreSQL would take the failure for the end of the archive, or die of it.
struct FetchRetry: Sendable {
    private let source: WALSource
    private let deadline: Deadline
    private let trustsProofs: Bool
    private let isVoid: @Sendable () -> Bool

    /// Pauses grow from the first to the second; the store's own retries are inside each round.
    private static let pauseSeconds = (first: 0.25, last: 5.0)
    /// A stored object that is damaged or sealed for somebody else stays so; the second round excludes an accident on
    /// the way. Where several repositories are in trouble, all of it has to be of that kind (`RepositoryAnswers`).
    private static let permanentRounds = 2

    /// - Parameter isVoid: whether nobody waits any more; then the next trouble is the last.
    init(
        _ source: WALSource, until deadline: Deadline, trustsProofs: Bool = false,
        isVoid: @escaping @Sendable () -> Bool = { false }
    ) {
        self.source = source
        self.isVoid = isVoid
        self.trustsProofs = trustsProofs
        self.deadline = deadline
    }

    /// True when the file was restored, false when it is missing everywhere.
    func fetch(_ name: WALFileName, to place: FetchPlace) throws(OperationError) -> Bool {
        var pause = Self.pauseSeconds.first
        var patience = WALSource.oneOfSeveralSeconds
        var round = 1
        while true {
            let answer = source.fetch(
                name, into: place, until: deadline, patienceSeconds: patience, trustsProofs: trustsProofs)
            switch answer {
            case .restored: return true
            case .missing: return false
            case .trouble(let error):
                let isLast = round >= Self.permanentRounds && error.isPermanent
                guard !isLast, pause < deadline.remainingSeconds, !isVoid() else { throw error }
            }
            Clock.sleep(seconds: pause * (0.5 + Entropy.fraction() / 2))
            pause = min(pause * 2, Self.pauseSeconds.last)
            patience *= 2
            round += 1
        }
    }
}
