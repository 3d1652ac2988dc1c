package import Format
package import Platform
package import Stream

/// Reads one object from its first byte to its last, in blocks, several range reads ahead of the caller.
///
/// The first block is read by the calling thread and tells the object's length; only a longer object starts threads, as
/// many as it has further blocks, up to `ahead`. Each read fills one block of the pool, so at most `ahead` blocks are
/// held beside those the caller has been given. Every read must agree with the first about the object's length and must
/// be as long as that makes it: anything else is `damaged`, and no byte after it is given out.
///
/// A reader belongs to one thread. One that is dropped early waits for the reads under way.
package final class ObjectReader {
    package let key: ObjectKey
    private let store: any Store
    private let pool: BlockPool
    private let ahead: Int
    private let deadline: Deadline

    private var opened: ReadResult?
    private var first: FrozenBlock?
    private var reads: RangeReads?
    private var failure: StoreError?

    /// - Parameters:
    ///   - pool: where blocks come from; the capacity of one is the length of one read.
    ///   - ahead: reads in parallel, at least 1.
    ///   - deadline: of the whole object.
    package init(store: any Store, key: ObjectKey, pool: BlockPool, ahead: Int, until deadline: Deadline) {
        self.store = store
        self.key = key
        self.pool = pool
        self.ahead = max(ahead, 1)
        self.deadline = deadline
    }

    deinit { reads?.cancel() }

    /// Reads the first block, which tells whether there is such an object and how long it is. Asked again, answers the
    /// same without a read.
    package func open() throws(StoreError) -> ReadResult {
        if let opened { return opened }
        try throwFailure()
        do throws(StoreError) {
            let answer = try readFirst()
            opened = answer
            return answer
        } catch {
            failure = error
            throw error
        }
    }

    /// The next block in the object's order; nil after the last one, and for a missing object.
    package func next() throws(StoreError) -> FrozenBlock? {
        try throwFailure()
        guard case .found(let total) = try open(), total > 0 else { return nil }
        if let block = first {
            first = nil
            return block
        }
        guard let reads else { return nil }
        do throws(StoreError) {
            return try reads.next()
        } catch {
            failure = error
            throw error
        }
    }

    private func readFirst() throws(StoreError) -> ReadResult {
        guard var block = pool.take(until: deadline) else { throw noBlock(for: key, deadline) }
        let room = block.remaining
        let answer: ReadResult
        do throws(StoreError) {
            answer = try store.read(key, from: 0, into: &block, until: deadline)
            if case .found(let total) = answer {
                try checkLength(of: key, at: 0, got: block.count, wanted: min(UInt64(room), total))
            }
        } catch {
            pool.give(block)
            throw error
        }
        guard case .found(let total) = answer, total > 0 else {
            pool.give(block)
            return answer
        }
        first = FrozenBlock(freezing: block, pool: pool)
        try startReads(total: total, blockBytes: room)
        return answer
    }

    private func startReads(total: UInt64, blockBytes: Int) throws(StoreError) {
        guard total > UInt64(blockBytes) else { return }
        let range = RangeReads.Object(key: key, byteCount: total, blockBytes: blockBytes)
        reads = try RangeReads(store: store, object: range, pool: pool, ahead: ahead, until: deadline)
    }

    private func throwFailure() throws(StoreError) {
        if let failure { throw failure }
    }
}

/// Why a pool gave no block: it was closed, or there was none in time.
func noBlock(for key: ObjectKey, _ deadline: Deadline) -> StoreError {
    if deadline.hasPassed {
        return StoreError(.deadlinePassed, .read, key.path, cause: "no block was free before the deadline")
    }
    return StoreError(.cancelled, .read, key.path, cause: "reading was given up")
}

/// A read gives what was asked for, or the object's end.
func checkLength(of key: ObjectKey, at offset: UInt64, got: Int, wanted: UInt64) throws(StoreError) {
    guard UInt64(got) != wanted else { return }
    throw StoreError(
        .damaged, .read, key.path, cause: "\(got) bytes came instead of \(wanted) from offset \(offset) on")
}
