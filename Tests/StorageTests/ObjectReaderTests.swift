import Format
import Platform
import Storage
import Stream
import TestSupport
import Testing

@Suite struct ObjectReaderTests {
    private let memory = MemoryStore()
    private let source = key("source")

    private func octets(_ count: Int, seed: UInt64 = 7) -> [UInt8] {
        var random = SeededRandom(seed: seed, name: "reader")
        return random.octets(count)
    }

    private func pool(_ blockCount: Int = 5) -> BlockPool {
        BlockPool(name: "reads", blockCapacity: 100, blockCount: blockCount)
    }

    private func reader(_ store: any Store, _ pool: BlockPool, ahead: Int = 3) -> ObjectReader {
        ObjectReader(store: store, key: source, pool: pool, ahead: ahead, until: .after(seconds: 300))
    }

    private func rest(of reader: ObjectReader) throws -> [UInt8] {
        var octets: [UInt8] = []
        while let block = try reader.next() { octets += block.octets() }
        return octets
    }

    /// All blocks can be taken again: none was lost.
    private func expectFull(_ pool: BlockPool) {
        var count = 0
        var blocks: [FrozenBlock] = []
        while count < pool.blockCount, let block = pool.take(until: .after(seconds: 60)) {
            blocks.append(FrozenBlock(freezing: block, pool: pool))
            count += 1
        }
        #expect(count == pool.blockCount)
    }

    @Test(arguments: [0, 1, 99, 100, 101, 200, 999, 1_000, 4_321], [1, 2, 3, 50])
    func anyLength(length: Int, ahead: Int) throws {
        memory.plant(octets(length), at: source)
        let pool = pool()
        let reader = reader(memory, pool, ahead: ahead)
        #expect(try reader.open() == .found(totalByteCount: UInt64(length)))
        #expect(try reader.open() == .found(totalByteCount: UInt64(length)))
        #expect(try rest(of: reader) == octets(length))
        #expect(try reader.next() == nil)
        expectFull(pool)
    }

    @Test func shortObjectsTakeOneRead() throws {
        let tally = StoreTally()
        let measured = MeasuredStore(memory, observer: tally)
        for (length, reads) in [(0, 1), (100, 1), (101, 2), (1_000, 10)] {
            memory.plant(octets(length), at: source)
            let before = tally[.read].calls
            _ = try rest(of: reader(measured, pool()))
            #expect(tally[.read].calls - before == reads)
        }
    }

    @Test func missing() throws {
        let pool = pool()
        let reader = reader(memory, pool)
        #expect(try reader.next() == nil)
        #expect(try reader.open() == .missing)
        expectFull(pool)
    }

    @Test func twoBlocksSuffice() throws {
        memory.plant(octets(5_000), at: source)
        let pool = pool(2)
        #expect(try rest(of: reader(memory, pool, ahead: 8)) == octets(5_000))
        expectFull(pool)
    }

    /// Reads run side by side, and not further ahead than allowed.
    @Test func readsAhead() throws {
        memory.plant(octets(2_000), at: source)
        let begun = Gate(0)
        let counted = FaultyStore(memory, .before) { call in
            begun.withLock { $0 = max($0, call) }
            begun.signalAll()
            return false
        }
        let reader = reader(counted, pool(20), ahead: 4)
        _ = try reader.open()
        // The first read, and four ahead; a fifth would need the first block to be taken.
        #expect(begun.wait(until: .after(seconds: 60)) { $0 == 5 ? true : nil } == true)
        #expect(try rest(of: reader) == octets(2_000))
        #expect(counted.callCount == 20)
    }

    @Test func droppingEarlyGivesAllBlocksBack() throws {
        memory.plant(octets(2_000), at: source)
        let pool = pool()
        do {
            let reader = reader(memory, pool, ahead: 4)
            _ = try reader.next()
        }
        expectFull(pool)
    }

    /// Whoever holds all blocks and lets go of the reader is not kept waiting for one of them.
    @Test func droppingEarlyWithEveryBlockTaken() throws {
        memory.plant(octets(2_000), at: source)
        let pool = pool(3)
        var held: [FrozenBlock] = []
        do {
            let reader = reader(memory, pool, ahead: 4)
            for _ in 0..<3 { held.append(try #require(try reader.next())) }
        }
        #expect(held.flatMap { $0.octets() } == Array(octets(2_000).prefix(300)))
        held = []
        expectFull(pool)
    }

    @Test func aClosedPoolEndsReading() throws {
        memory.plant(octets(2_000), at: source)
        let pool = pool(2)
        let reader = reader(memory, pool)
        _ = try reader.open()
        pool.close()
        let error = #expect(throws: StoreError.self) { _ = try rest(of: reader) }
        #expect(error?.code == .cancelled)
    }

    @Test(arguments: FaultyStore.Moment.allCases)
    func everyReadFails(moment: FaultyStore.Moment) throws {
        memory.plant(octets(950), at: source)
        for nth in 1...10 {
            let pool = pool()
            let faulty = FaultyStore(memory, moment) { $0 == nth }
            let reader = reader(faulty, pool)
            var read: [UInt8] = []
            let error = #expect(throws: StoreError.self) {
                while let block = try reader.next() { read += block.octets() }
            }
            #expect(error?.code == .serverFault)
            #expect(octets(950).starts(with: read))
            #expect(throws: StoreError.self) { _ = try reader.next() }
            expectFull(pool)

            let retried = self.reader(
                RetryingStore(FaultyStore(memory, moment) { $0 == nth }, sleep: { _ in }), pool)
            #expect(try rest(of: retried) == octets(950))
            expectFull(pool)
        }
    }

    /// An object never changes, so that any sign of it is damage.
    @Test(arguments: [nil, 0, 949, 951, 2_000])
    func objectsThatChange(length: Int?) throws {
        memory.plant(octets(950), at: source)
        let pool = pool()
        let reader = reader(memory, pool, ahead: 1)
        let first = try reader.next()?.octets()
        #expect(first == Array(octets(950).prefix(100)))
        memory.plant(length.map { octets($0) }, at: source)
        let error = #expect(throws: StoreError.self) { _ = try rest(of: reader) }
        #expect(error?.code == .damaged)
        expectFull(pool)
    }

    @Test(arguments: [0, 100, 900])
    func shortReads(offset: Int) throws {
        memory.plant(octets(950), at: source)
        let reader = reader(ShortStore(inner: memory, offset: UInt64(offset)), pool())
        let error = #expect(throws: StoreError.self) { _ = try rest(of: reader) }
        #expect(error?.code == .damaged)
    }
}

/// Loses the last byte of the read at one offset, and says nothing of it.
private struct ShortStore: Store {
    let inner: MemoryStore
    let offset: UInt64

    var description: String { inner.description }
    var capabilities: Capabilities { inner.capabilities }

    func read(
        _ key: ObjectKey, from offset: UInt64, into block: inout Block, until deadline: Deadline
    ) throws(StoreError) -> ReadResult {
        let answer = try inner.read(key, from: offset, into: &block, until: deadline)
        if offset == self.offset, block.count > 0 { block.truncate(to: block.count - 1) }
        return answer
    }

    func create(_ key: ObjectKey, _ content: Content, until: Deadline) throws(StoreError) -> Creation {
        try inner.create(key, content, until: until)
    }
    func beginUpload(_ key: ObjectKey, until: Deadline) throws(StoreError) -> UploadSession {
        try inner.beginUpload(key, until: until)
    }
    func upload(_ part: UploadPart, to: UploadSession, until: Deadline) throws(StoreError) -> PartReceipt {
        try inner.upload(part, to: to, until: until)
    }
    func complete(_ session: UploadSession, parts: [PartReceipt], until: Deadline) throws(StoreError) -> Creation {
        try inner.complete(session, parts: parts, until: until)
    }
    func abort(_ session: UploadSession) { inner.abort(session) }
    func readTail(_ key: ObjectKey, into block: inout Block, until: Deadline) throws(StoreError) -> ReadResult {
        try inner.readTail(key, into: &block, until: until)
    }
    func head(_ key: ObjectKey, until: Deadline) throws(StoreError) -> ObjectInfo? { try inner.head(key, until: until) }
    func list(prefix: String, after: ObjectKey?, until: Deadline) throws(StoreError) -> Page {
        try inner.list(prefix: prefix, after: after, until: until)
    }
    func delete(_ key: ObjectKey, until: Deadline) throws(StoreError) { try inner.delete(key, until: until) }
}
