import Format
import Platform
import Stream

/// The reads ahead of an `ObjectReader`: all blocks of an object but the first, given out in order.
///
/// Owned by one thread, which drains it or ends it with `cancel`.
final class RangeReads {
    /// What is being read.
    struct Object: Sendable {
        let key: ObjectKey
        let byteCount: UInt64
        let blockBytes: Int

        var blockCount: Int { Int(clamping: (byteCount - 1) / UInt64(blockBytes) + 1) }
    }

    private let work: Work
    private let workers = Workers()

    init(
        store: any Store, object: Object, pool: BlockPool, ahead: Int, until deadline: Deadline
    ) throws(StoreError) {
        work = Work(store: store, object: object, pool: pool, ahead: ahead, deadline: deadline)
        let work = work
        for number in 0..<min(ahead, object.blockCount - 1) {
            do throws(PlatformError) {
                try workers.spawn(name: "read") { work.run() }
            } catch {
                // A thread less than wanted is no failure unless it is the first.
                guard number == 0 else { break }
                throw StoreError(.localFault, .read, object.key.path, cause: "cannot start a thread: \(error)")
            }
        }
    }

    /// Waits for the block that is due; nil after the last one.
    func next() throws(StoreError) -> FrozenBlock? {
        let due = work.gate.wait(until: .never) { $0.takeDue() } ?? .end
        work.gate.signalAll()
        switch due {
        case .block(let block): return block
        case .end:
            workers.join()
            return nil
        case .failed(let error):
            cancel()
            throw error
        }
    }

    /// Drops what was read, and waits for what is being read.
    func cancel() {
        work.fail(StoreError(.cancelled, .read, work.object.key.path, cause: "reading was given up"))
        workers.join()
        work.dropBlocks()
    }
}

private enum Due: Sendable {
    case block(FrozenBlock)
    case end
    case failed(StoreError)
}

/// What the owner and its threads share.
private final class Work: Sendable {
    struct State: Sendable {
        /// Blocks read and not yet due, by their index in the object; block 0 is not ours.
        var ready: [Int: FrozenBlock] = [:]
        /// Index of the block that is given out next.
        var due = 1
        /// Index of the block that is read next.
        var unread = 1
        /// Reads that may still be begun before the caller takes a block.
        var permits: Int
        var failure: StoreError?
        let blockCount: Int

        /// Moves on to the next block if that has come; nil to wait for it.
        mutating func takeDue() -> Due? {
            if let block = ready.removeValue(forKey: due) {
                due += 1
                permits += 1
                return .block(block)
            }
            if due == blockCount { return .end }
            return failure.map { .failed($0) }
        }
    }

    let store: any Store
    let object: RangeReads.Object
    let pool: BlockPool
    let deadline: Deadline
    let gate: Gate<State>

    init(store: any Store, object: RangeReads.Object, pool: BlockPool, ahead: Int, deadline: Deadline) {
        self.store = store
        self.object = object
        self.pool = pool
        self.deadline = deadline
        gate = Gate(State(permits: ahead, blockCount: object.blockCount))
    }

    /// A thread's life: reads blocks until there are no more.
    func run() {
        while takePermit() {
            do throws(StoreError) {
                try readOne()
            } catch {
                fail(error)
            }
        }
    }

    /// The first failure stays. The block that failed, and those after it, are never given out.
    func fail(_ error: StoreError) {
        gate.withLock {
            if $0.failure == nil { $0.failure = error }
        }
        gate.signalAll()
    }

    /// Gives what nobody will take back to the pool.
    func dropBlocks() {
        let blocks = gate.withLock { state in
            let blocks = Array(state.ready.values)
            state.ready = [:]
            return blocks
        }
        // Released here, outside the lock.
        _ = blocks
    }

    private func takePermit() -> Bool {
        let taken = gate.wait(until: .never) { state -> Bool? in
            if state.failure != nil || state.unread == state.blockCount { return false }
            guard state.permits > 0 else { return nil }
            state.permits -= 1
            return true
        }
        return taken ?? false
    }

    /// The block is taken before its index: whoever has a block reads what is due first, so that a pool shared with
    /// others cannot leave all its blocks waiting for one that nobody has room to read.
    private func readOne() throws(StoreError) {
        guard var block = try takeBlock() else { return }
        guard let index = nextIndex() else {
            pool.give(block)
            return
        }
        do throws(StoreError) {
            try fill(&block, index: index)
        } catch {
            pool.give(block)
            throw error
        }
        let frozen = FrozenBlock(freezing: block, pool: pool)
        gate.withLock { $0.ready[index] = frozen }
        gate.signalAll()
    }

    /// An empty block; nil when reading was given up. The pool cannot wake one of its takers alone, so the threads look
    /// round by themselves.
    private func takeBlock() throws(StoreError) -> Block? {
        while gate.withLock({ $0.failure == nil }) {
            let look = Deadline.after(seconds: Self.lookRoundSeconds)
            if let block = pool.take(until: look.sooner(of: deadline)) { return block }
            guard look.hasPassed, !deadline.hasPassed else { throw noBlock(for: object.key, deadline) }
        }
        return nil
    }

    /// How long giving up may wait for a thread that waits for a block.
    private static let lookRoundSeconds = 0.05

    private func nextIndex() -> Int? {
        gate.withLock { state -> Int? in
            guard state.failure == nil, state.unread < state.blockCount else { return nil }
            state.unread += 1
            return state.unread - 1
        }
    }

    private func fill(_ block: inout Block, index: Int) throws(StoreError) {
        let offset = UInt64(index) * UInt64(object.blockBytes)
        let path = object.key.path
        switch try store.read(object.key, from: offset, into: &block, until: deadline) {
        case .missing:
            throw StoreError(.damaged, .read, path, cause: "the object vanished while it was read")
        case .found(let total) where total != object.byteCount:
            throw StoreError(
                .damaged, .read, path, cause: "its length changed from \(object.byteCount) to \(total) bytes")
        case .found(let total):
            let wanted = min(UInt64(object.blockBytes), total - offset)
            try checkLength(of: object.key, at: offset, got: block.count, wanted: wanted)
        }
    }
}
