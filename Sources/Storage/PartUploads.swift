import Format
import Platform
import Stream

/// The parts of one upload in flight: at most `parallelParts` are held here, each by a thread that sends it.
///
/// Owned by one thread, which ends it with `finish` or `cancel`.
final class PartUploads {
    let session: UploadSession
    private let parallelParts: Int
    private let work: Work
    private let workers = Workers()

    init(store: any Store, session: UploadSession, parallelParts: Int, until deadline: Deadline) {
        self.session = session
        self.parallelParts = parallelParts
        work = Work(store: store, session: session, deadline: deadline)
    }

    /// Waits until fewer than `parallelParts` are under way, then takes the part. Throws what any part failed with.
    func submit(_ part: UploadPart) throws(StoreError) {
        try startWorker()
        let limit = parallelParts
        let failure = work.gate.wait(until: .never) { state -> Outcome? in
            if let failure = state.failure { return .failed(failure) }
            guard state.underWay < limit else { return nil }
            state.waiting.append(part)
            state.underWay += 1
            return .accepted
        }
        work.gate.signalAll()
        if case .failed(let error) = failure { throw error }
    }

    /// Waits for all parts; their receipts, in order of their numbers.
    func finish() throws(StoreError) -> [PartReceipt] {
        work.gate.withLock { $0.finished = true }
        work.gate.signalAll()
        workers.join()
        let (receipts, failure) = work.gate.withLock { ($0.receipts, $0.failure) }
        if let failure { throw failure }
        return receipts.sorted { $0.number < $1.number }
    }

    /// Drops what has not been sent, and waits for what is being sent. May be called after `finish`.
    func cancel() {
        work.fail(StoreError(.cancelled, .upload, session.key.path, cause: "the upload was given up"))
        workers.join()
    }

    /// One thread per part up to the limit; a thread less than wanted is no failure unless it is the first.
    private func startWorker() throws(StoreError) {
        guard workers.count < parallelParts else { return }
        let work = work
        do throws(PlatformError) {
            try workers.spawn(name: "upload") { work.run() }
        } catch {
            guard workers.count == 0 else { return }
            throw StoreError(.localFault, .upload, session.key.path, cause: "cannot start a thread: \(error)")
        }
    }

    private enum Outcome {
        case accepted
        case failed(StoreError)
    }
}

/// What the owner and its threads share.
private final class Work: Sendable {
    struct State: Sendable {
        var waiting: [UploadPart] = []
        /// Waiting, or being sent.
        var underWay = 0
        var receipts: [PartReceipt] = []
        var failure: StoreError?
        var finished = false
    }

    let store: any Store
    let session: UploadSession
    let deadline: Deadline
    let gate = Gate(State())

    init(store: any Store, session: UploadSession, deadline: Deadline) {
        self.store = store
        self.session = session
        self.deadline = deadline
    }

    /// A thread's life: sends parts until there are no more.
    func run() {
        while let part = next() {
            do throws(StoreError) {
                let receipt = try store.upload(part, to: session, until: deadline)
                gate.withLock {
                    $0.receipts.append(receipt)
                    $0.underWay -= 1
                }
                gate.signalAll()
            } catch {
                fail(error)
            }
        }
    }

    /// The first failure stays; what waits is dropped.
    func fail(_ error: StoreError) {
        gate.withLock {
            if $0.failure == nil { $0.failure = error }
            $0.waiting = []
        }
        gate.signalAll()
    }

    private func next() -> UploadPart? {
        let found: UploadPart?? = gate.wait(until: .never) { state -> UploadPart?? in
            if state.failure != nil { return .some(nil) }
            if !state.waiting.isEmpty { return .some(state.waiting.removeFirst()) }
            return state.finished ? .some(nil) : nil
        }
        return found ?? nil
    }
}
