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

    package init(_ repositories: [Repository], key: ObjectKey, until deadline: Deadline) {
        lanes = repositories.map { Lane($0, key: key, until: deadline) }
    }

    package func write(_ chunk: FrozenBlock) throws(OperationError) {
        let slice = Content(chunk)
        for lane in lanes { try lane.write(slice) }
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

    init(_ repository: Repository, key: ObjectKey, until deadline: Deadline) {
        self.repository = repository
        let writer = ObjectWriter(
            store: repository.store, key: key, partBytes: repository.partBytes,
            parallelParts: repository.parallelParts,
            until: repository.patience(deadline))
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
