import Platform
import Stream
import Testing

@Suite struct FrozenBlockTests {
    @Test func lendsWhatTheBlockHeld() {
        var block = Block(capacity: 8)
        block.fill([1, 2, 3])
        let frozen = FrozenBlock(freezing: block, pool: nil)
        #expect(frozen.count == 3)
        #expect(frozen.withBytes { bytes in bytes.withUnsafeBytes { Array($0) } } == [1, 2, 3])
        #expect(frozen.withOctets { octets in octets[2] } == 3)
    }

    @Test func lastReferenceGivesTheBlockBack() {
        let pool = BlockPool(name: "test", blockCapacity: 8, blockCount: 1)
        func isEmpty() -> Bool {
            guard let block = pool.take(until: .after(seconds: 0)) else { return true }
            pool.give(block)
            return false
        }
        func freeze() -> Content {
            guard var block = pool.take() else { return Content() }
            block.fill([1])
            return Content(FrozenBlock(freezing: block, pool: pool))
        }
        var contents = [freeze()]
        contents.append(contents[0])
        contents.removeFirst()
        #expect(contents.count == 1 && contents[0].octets() == [1])
        #expect(isEmpty())
        contents.removeFirst()
        #expect(!isEmpty())
    }
}
