import Platform
import Stream
import Testing

@Suite struct BlockPoolTests {
    private let pool = BlockPool(name: "test", blockCapacity: 8, blockCount: 2)
    /// For what must not come: passed already, so that nothing waits.
    private let now = Deadline.after(seconds: 0)

    @Test func itsBoundIsAProduct() {
        #expect(pool.byteCount == 16)
    }

    @Test func givesNoMoreThanItHas() {
        let first = pool.take()
        let second = pool.take()
        let third = pool.take(until: now)
        let (hasTwo, hasThree) = (first != nil && second != nil, third != nil)
        #expect(hasTwo)
        #expect(!hasThree)
    }

    @Test func givenBackBlocksComeEmpty() {
        for _ in 1...5 {
            guard var block = pool.take(until: now) else {
                Issue.record("a block is missing")
                return
            }
            #expect(block.count == 0 && block.capacity == 8)
            block.fill([1, 2, 3])
            pool.give(block)
        }
    }

    @Test func takingWaitsForGiving() throws {
        let first = pool.take()
        let second = pool.take()
        let third = Gate<Block?>(nil)
        let taker = try Thread.spawn(name: "taker") { [pool] in
            var block = pool.take()
            third.withLock { $0 = block.take() }
        }
        if let first { pool.give(first) }
        taker.join()
        let isThere = third.withLock { $0 != nil }
        #expect(isThere)
        withExtendedLifetime(second) {}
    }

    @Test func closingEndsTheWait() throws {
        let first = pool.take()
        let second = pool.take()
        let outcome = Gate<Bool?>(nil)
        let taker = try Thread.spawn(name: "taker") { [pool] in
            let block = pool.take()
            let isEmpty = block == nil
            outcome.withLock { $0 = isEmpty }
        }
        pool.close()
        taker.join()
        #expect(outcome.withLock { $0 } == true)
        if let first { pool.give(first) }
        let late = pool.take()
        let isLate = late == nil
        #expect(isLate)
        withExtendedLifetime(second) {}
    }
}
