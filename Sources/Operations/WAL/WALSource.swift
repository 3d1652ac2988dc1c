import Codec
import Format
import Platform
import Postgres
import Storage

/// Where the WAL of one system comes from: every repository that may have it.
struct WALSource: Sendable {
    let cluster: ClusterName
    let system: SystemIdentifier
    let segmentSize: SegmentSize
    let repositories: [Repository]
    let pipeline: OpenPipeline
    /// What was lately found out about the repositories; nil for nothing.
    var proofs: SystemProofs?

    /// With further repositories at hand, one is not waited for longer than this at first: whoever asks again doubles
    /// it, so that a large segment gets through a slow line.
    static let oneOfSeveralSeconds = 15.0

    enum Answer: Sendable {
        case restored
        case missing
        case trouble(OperationError)
    }

    /// Asks the repositories in their order until one has given the file whole, and says what they said otherwise.
    ///
    /// - Parameter trustsProofs: whether "missing" may rest on what was lately found out about a repository: for
    ///   whoever asks again anyway.
    func fetch(
        _ name: WALFileName, into place: FetchPlace, until deadline: Deadline,
        patienceSeconds: Double = WALSource.oneOfSeveralSeconds, trustsProofs: Bool = false
    ) -> Answer {
        var answers = RepositoryAnswers()
        for (index, repository) in repositories.enumerated() {
            let patience = patience(patienceSeconds, left: repositories.count - index, until: deadline)
            do throws(OperationError) {
                if try fetch(name, from: repository, into: place, until: patience) { return .restored }
                try requireSystem(in: repository, trustsProofs, until: patience)
                answers.add(.missing, from: repository.name)
            } catch {
                answers.add(.trouble(error), from: repository.name)
            }
        }
        switch answers.verdict {
        case .missing: return .missing
        case .trouble(let error): return .trouble(error)
        }
    }

    /// Throws unless the repository is the right one to say that a file is missing.
    private func requireSystem(
        in repository: Repository, _ trustsProofs: Bool, until deadline: Deadline
    ) throws(OperationError) {
        let key = RepositoryLayout.key(of: system, in: cluster)
        if trustsProofs, proofs?.holds(key, in: repository.name) == true { return }
        try repository.requireSystem(system, of: cluster, until: deadline)
        proofs?.saw(key, in: repository.name)
    }

    /// False when the repository says that there is no such file.
    private func fetch(
        _ name: WALFileName, from repository: Repository, into place: FetchPlace, until deadline: Deadline
    ) throws(OperationError) -> Bool {
        let key = RepositoryLayout.key(of: name, in: cluster, system)
        let file = RestoredFile(place)
        guard let opened = try pipeline.open(key, of: repository.store, into: file, until: deadline) else {
            return false
        }
        if name.holdsWAL, let segment = name.segment {
            do throws(PostgresError) {
                _ = try SegmentCheck(system: system, segmentSize: segmentSize).check(
                    head: file.head.span, byteCount: opened.content.byteCount, as: segment, object: "\(name)")
            } catch {
                throw OperationError(error).noting("in repository \"\(repository.name)\"")
            }
        }
        try file.commit()
        return true
    }

    /// Those behind it get their share of a short deadline too.
    private func patience(_ seconds: Double, left: Int, until deadline: Deadline) -> Deadline {
        guard repositories.count > 1 else { return deadline }
        return deadline.sooner(of: .after(seconds: min(seconds, deadline.remainingSeconds / Double(left))))
    }
}
