import Codec
import Format
import Platform
import Stream

/// Fetches the chapters of a plan: some threads read ranges ahead, others take them as they come.
///
/// They are taken in the order in which they have come, which is nearly that of the plan. What is read and not yet
/// taken is bounded by the pool.
final class ChapterFetch: Sendable {
    let plan: FetchPlan
    private let packs: [BackupManifest.Pack]
    private let source: PackSource
    private let pool: BlockPool
    private let state: Gate<State>
    private let readers = Crew()

    /// One range that was read.
    struct Piece: Sendable {
        let read: FetchPlan.Read
        let bytes: FrozenBlock
        /// Which repository it came from.
        let repository: Int
    }

    private struct State: Sendable {
        var ready: [Piece] = []
        var next = 0
        var taken = 0
        var failure: OperationError?
    }

    /// - Parameters:
    ///   - workers: threads that take pieces, each one at a time.
    ///   - ahead: reads under way at once.
    init(
        _ plan: FetchPlan, packs: [BackupManifest.Pack], from source: PackSource, workers: Int, ahead: Int
    ) throws(OperationError) {
        self.plan = plan
        self.packs = packs
        self.source = source
        pool = BlockPool(
            name: "ranges of packs", blockCapacity: max(plan.longestByteCount, 1),
            blockCount: Self.blockCount(workers: workers, ahead: ahead))
        state = Gate(State())
        for number in 0..<min(ahead, plan.reads.count) {
            do throws(PlatformError) {
                try readers.begin(name: "fetch/\(number)") { [self] in read() }
            } catch {
                guard number == 0 else { break }
                throw OperationError(error)
            }
        }
    }

    /// One for each that works and each that reads, so that neither waits for the other.
    static func blockCount(workers: Int, ahead: Int) -> Int { workers + ahead }

    /// The next range; nil after the last one. Throws the failure of a reader.
    func next() throws(OperationError) -> Piece? {
        let answer: Result<Piece?, OperationError>? = state.wait(until: .never) { state in
            if let failure = state.failure { return .failure(failure) }
            if !state.ready.isEmpty {
                state.taken += 1
                return .success(state.ready.removeFirst())
            }
            return state.taken == plan.reads.count ? .success(nil) : nil
        }
        state.signalAll()
        return try answer?.get()
    }

    /// Nobody is to go on: everyone who asks for a range is told the first failure.
    func fail(_ failure: OperationError) {
        state.withLock { $0.failure = $0.failure ?? failure }
        state.signalAll()
    }

    /// Ends the readers and waits for them; what was read and not taken is dropped.
    func close(_ failure: OperationError? = nil) {
        if let failure { fail(failure) }
        pool.close()
        readers.join()
        let rest = state.withLock { state in
            defer { state.ready = [] }
            return state.ready
        }
        _ = rest
    }

    private func read() {
        while var block = pool.take() {
            let number: Int? = state.withLock { state in
                guard state.failure == nil, state.next < plan.reads.count else { return nil }
                defer { state.next += 1 }
                return state.next
            }
            guard let number else { return pool.give(block) }
            let read = plan.reads[number]
            do throws(OperationError) {
                let repository = try source.read(
                    packs[read.pack].id, from: read.offset, byteCount: read.byteCount, into: &block)
                let piece = Piece(
                    read: read, bytes: FrozenBlock(freezing: block, pool: pool), repository: repository)
                state.withLock { $0.ready.append(piece) }
                state.signalAll()
            } catch {
                pool.give(block)
                fail(error)
            }
        }
    }
}
