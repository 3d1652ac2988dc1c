package import Format
package import Platform
package import Storage
package import Stream

/// What became of one object in one repository.
package struct RepositoryOutcome: Sendable {
    package let repository: Repository
    /// The failure names the repository.
    package let result: Result<Creation, OperationError>
}

/// Writes one sealed object to several repositories at once: the same chunks, shared, never copied.
///
/// A required repository that fails ends the write. A best-effort one is left behind, is given less time, and its
/// failure is part of the outcome.
package final class RepositoryWriter: ChunkSink {
    private let lanes: [Lane]
    private let written = Gate<UInt64>(0)

    /// How long a best-effort repository is waited for.
    package enum Patience: Sendable {
        /// As `Repository.patience` says: somebody waits for the whole.
        case brief
        /// As long as a required one: the object may be written for hours.
        case full
    }

    /// - Parameter objectBytes: how long the object may become when that is more than a few parts: it is then cut
    ///   as `Repository.schedule(objectBytes:)` says.
    package init(
        _ repositories: [Repository], key: ObjectKey, upTo objectBytes: UInt64? = nil, patience: Patience = .brief,
        until deadline: Deadline
    ) {
        lanes = repositories.map { repository in
            let deadline = patience == .full ? deadline : repository.patience(deadline)
            return Lane(repository, key: key, upTo: objectBytes, until: deadline)
        }
    }

    /// Bytes written so far, once.
    package var byteCount: UInt64 { written.withLock { $0 } }

    package func write(_ chunk: FrozenBlock) throws(OperationError) {
        let slice = Content(chunk)
        for lane in lanes { try lane.write(slice) }
        written.withLock { $0 += UInt64(slice.count) }
    }

    /// Makes the object durable in all repositories, in parallel, and tells what became of it in each, in their order.
    package func commit() -> [RepositoryOutcome] {
        let crew = Crew()
        for lane in lanes.dropFirst() {
            // Without a thread to be had the lane commits in its turn below.
            try? crew.begin(name: "commit") { lane.commit() }
        }
        lanes.first?.commit()
        crew.join()
        return lanes.map { $0.outcome() }
    }

    /// Drops what was written, everywhere.
    package func abort() {
        for lane in lanes { lane.abort() }
    }
}

/// One repository's share of the work. The gate hands the writer from thread to thread.
private final class Lane: Sendable {
    private let repository: Repository
    private let state: Gate<State>

    private struct State {
        let writer: ObjectWriter
        var result: Result<Creation, OperationError>?
    }

    init(_ repository: Repository, key: ObjectKey, upTo objectBytes: UInt64?, until deadline: Deadline) {
        self.repository = repository
        let schedule =
            objectBytes.map(repository.schedule)
            ?? PartSchedule(partBytes: repository.partBytes, for: repository.store.capabilities)
        let writer = ObjectWriter(
            store: repository.store, key: key, schedule: schedule, parallelParts: repository.parallelParts,
            until: deadline)
        state = Gate(State(writer: writer))
    }

    func write(_ slice: Content) throws(OperationError) {
        let failure: OperationError? = state.withLock { state in
            guard state.result == nil else { return nil }
            do throws(StoreError) {
                try state.writer.write(slice)
                return nil
            } catch {
                let failure = named(error)
                state.result = .failure(failure)
                return failure
            }
        }
        if let failure, repository.isRequired { throw failure }
    }

    func commit() {
        state.withLock { state in
            guard state.result == nil else { return }
            do throws(StoreError) {
                state.result = .success(try state.writer.commit())
            } catch {
                state.result = .failure(named(error))
            }
        }
    }

    func outcome() -> RepositoryOutcome {
        commit()
        let result = state.withLock { $0.result }
        return RepositoryOutcome(repository: repository, result: result ?? .failure(named(Self.neverCommitted)))
    }

    func abort() {
        state.withLock { $0.writer.abort() }
    }

    private func named(_ error: StoreError) -> OperationError {
        OperationError(error).noting("repository \"\(repository.name)\"")
    }

    private static let neverCommitted = StoreError(
        .cancelled, operation: "store", object: "", cause: "the object was never committed")
}
