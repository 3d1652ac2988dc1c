package import Platform

/// A bounded stock of equal blocks: what a stage may hold at once, and a term of the program's memory bound.
///
/// Blocks are allocated when first needed, used again, and freed with the pool only. Taking one from an empty pool
/// waits, which is how a slow stage holds back the one before it.
package final class BlockPool: Sendable {
    /// What the blocks are for, as shown by `--explain-memory`.
    package let name: String
    /// Bytes of one block.
    package let blockCapacity: Int
    /// The most blocks there will ever be.
    package let blockCount: Int
    private let stock: Gate<Stock>

    /// Allocates nothing yet. Both numbers are at least one.
    package init(name: String, blockCapacity: Int, blockCount: Int) {
        precondition(blockCapacity > 0 && blockCount > 0, "a pool has at least one block of at least one byte")
        self.name = name
        self.blockCapacity = blockCapacity
        self.blockCount = blockCount
        stock = Gate(Stock(blockCount: blockCount))
    }

    /// The most bytes its blocks will ever take.
    package var byteCount: Int { blockCapacity * blockCount }

    /// An empty block, as soon as there is one; nil when the pool is closed or the deadline passed first.
    package func take(until deadline: Deadline = .never) -> Block? {
        let capacity = blockCapacity
        let answer: Answer<Block>? = stock.wait(until: deadline) { stock in stock.take(capacity: capacity) }
        return Answer.element(of: answer)
    }

    /// Takes a block back, whatever it holds. It must be one of this pool.
    package func give(_ block: consuming Block) {
        precondition(block.capacity == blockCapacity, "a block returns to the pool it was taken from")
        block.truncate()
        var returned: Block? = block
        stock.withLock { stock in stock.free.append(returned.take()!) }
        stock.signalAll()
    }

    /// From now on nobody gets a block, and nobody waits for one. Giving back still works.
    package func close() {
        stock.withLock { stock in stock.isClosed = true }
        stock.signalAll()
    }

    private struct Stock: ~Copyable {
        var free: Slots<Block>
        var allocatedCount = 0
        var isClosed = false

        init(blockCount: Int) {
            free = Slots(capacity: blockCount)
        }

        /// Nil means: wait.
        mutating func take(capacity: Int) -> Answer<Block>? {
            if isClosed { return .ended }
            // The one given back last is the warmest.
            if !free.isEmpty { return .element(free.removeLast()) }
            guard allocatedCount < free.capacity else { return nil }
            allocatedCount += 1
            return .element(Block(capacity: capacity))
        }
    }
}
