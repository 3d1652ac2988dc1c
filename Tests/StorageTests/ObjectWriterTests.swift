import Platform
import Storage
import Stream
import TestSupport
import Testing

@Suite struct ObjectWriterTests {
    private let memory = MemoryStore()
    private let target = key("written")

    private func writer(_ store: any Store, partBytes: Int = 100, parallelParts: Int = 2) -> ObjectWriter {
        ObjectWriter(
            store: store, key: target, partBytes: partBytes, parallelParts: parallelParts, until: .never)
    }

    private func octets(_ count: Int) -> [UInt8] {
        var random = SeededRandom(seed: 7, name: "writer")
        return random.octets(count)
    }

    private func write(_ octets: [UInt8], to writer: ObjectWriter, by count: Int) throws {
        var rest = octets[...]
        while !rest.isEmpty {
            try writer.write(.copying(Array(rest.prefix(count))))
            rest = rest.dropFirst(count)
        }
    }

    @Test(arguments: [0, 1, 99, 100, 101, 199, 200, 201, 1_000, 1_234], [1, 33, 100, 450, 5_000])
    func anyLength(length: Int, slice: Int) throws {
        let tally = StoreTally()
        let measured = MeasuredStore(memory, observer: tally)
        let writer = writer(measured)
        let octets = octets(length)
        try write(octets, to: writer, by: slice)
        #expect(try writer.commit() == .created)
        #expect(memory.octets(of: target) == octets)
        // Up to one part is one request; above, no part is empty.
        #expect(tally[.create].calls == (length <= 100 ? 1 : 0))
        #expect(tally[.upload].calls == (length <= 100 ? 0 : (length + 99) / 100))
        #expect(tally[.complete].calls == (length <= 100 ? 0 : 1))
        #expect(memory.uploadsInProgress == 0)
    }

    @Test func neverOverwrites() throws {
        memory.plant([1], at: target)
        for length in [50, 500] {
            let writer = writer(memory)
            try writer.write(.copying(octets(length)))
            #expect(try writer.commit() == .alreadyExists)
        }
        #expect(memory.octets(of: target) == [1])
        #expect(memory.uploadsInProgress == 0)
    }

    @Test func abortLeavesNothing() throws {
        for length in [50, 500] {
            let writer = writer(memory)
            try writer.write(.copying(octets(length)))
            writer.abort()
            writer.abort()
            #expect(throws: StoreError.self) { try writer.write(.copying([1])) }
            let error = #expect(throws: StoreError.self) { _ = try writer.commit() }
            #expect(error?.code == .cancelled)
        }
        #expect(memory.octets(of: target) == nil)
        #expect(memory.uploadsInProgress == 0)
    }

    @Test func droppingAborts() throws {
        do {
            let writer = writer(memory)
            try writer.write(.copying(octets(500)))
        }
        #expect(memory.octets(of: target) == nil)
        #expect(memory.uploadsInProgress == 0)
    }

    @Test func committingTwiceIsRefused() throws {
        let writer = writer(memory)
        #expect(try writer.commit() == .created)
        #expect(throws: StoreError.self) { _ = try writer.commit() }
        #expect(memory.octets(of: target) == [])
    }

    @Test func equalParts() throws {
        var capabilities = MemoryStore.smallCapabilities
        capabilities.equalParts = true
        let memory = MemoryStore(capabilities: capabilities)
        let writer = writer(memory)
        try write(octets(777), to: writer, by: 10)
        #expect(try writer.commit() == .created)
        #expect(memory.octets(of: target) == octets(777))
    }

    @Test func partsBeyondWhatTheStoreTakes() throws {
        var capabilities = MemoryStore.smallCapabilities
        capabilities.maximumParts = 3
        for (length, fits) in [(300, true), (301, false), (400, false), (401, false)] {
            let memory = MemoryStore(capabilities: capabilities)
            let writer = writer(memory)
            let error = Result {
                try write(octets(length), to: writer, by: 50)
                _ = try writer.commit()
            }
            switch error {
            case .success: #expect(fits, "\(length)")
            case .failure(let error): #expect(!fits && (error as? StoreError)?.code == .tooLarge, "\(length)")
            }
            #expect(memory.uploadsInProgress == 0)
            #expect((memory.octets(of: target) != nil) == fits)
        }
    }

    /// As many parts as allowed are sent at once, and no more are held: the pool has just enough blocks.
    @Test func partsGoSideBySide() throws {
        let inside = Gate(0)
        let measured = FaultyStore(memory, .before, only: [.upload]) { _ in
            inside.withLock { $0 += 1 }
            inside.signalAll()
            // With fewer threads the third would never come, and the test would end here with a wrong count.
            _ = inside.wait(until: .after(seconds: 60)) { $0 >= 3 ? true : nil }
            return false
        }
        let pool = BlockPool(name: "parts", blockCapacity: 50, blockCount: 2 * (3 + 1) + 1)
        let writer = writer(measured, parallelParts: 3)
        var random = SeededRandom(seed: 1, name: "side by side")
        var expected: [UInt8] = []
        for _ in 0..<40 {
            guard var block = pool.take(until: .after(seconds: 60)) else {
                Issue.record("the writer holds more blocks than it says")
                return
            }
            let octets = random.octets(50)
            block.append(octets[...])
            expected += octets
            try writer.write(Content(FrozenBlock(freezing: block, pool: pool)))
        }
        #expect(try writer.commit() == .created)
        #expect(memory.octets(of: target) == expected)
    }

    /// Fails the Nth call for every N until there is no Nth.
    @Test(arguments: FaultyStore.Moment.allCases, [50, 750])
    func everyCallFails(moment: FaultyStore.Moment, length: Int) throws {
        var nth = 1
        while true {
            let memory = MemoryStore()
            let faulty = FaultyStore(memory, moment, only: Set(StoreOperation.allCases).subtracting([.abort])) {
                [nth] in $0 == nth
            }
            let writer = writer(faulty)
            let result = Result {
                try write(octets(length), to: writer, by: 64)
                return try writer.commit()
            }
            let stored = memory.octets(of: target)
            #expect(stored == nil || stored == octets(length), "\(nth)")
            // A session whose begin was answered by nothing cannot be known to anybody.
            let isLostSession = length > 100 && moment == .after && nth == 1
            #expect(memory.uploadsInProgress == (isLostSession ? 1 : 0), "\(nth)")
            if faulty.faultCount == 0 {
                #expect(try result.get() == .created)
                break
            }
            #expect(throws: StoreError.self) { try result.get() }
            #expect(throws: StoreError.self) { _ = try writer.commit() }
            nth += 1
        }
        #expect(nth == (length > 100 ? 11 : 2))
    }

    /// With retries above, the object is always made, whichever call fails; a lost reply shows as `alreadyExists`.
    @Test(arguments: FaultyStore.Moment.allCases, [50, 750])
    func everyCallFailsAndIsRetried(moment: FaultyStore.Moment, length: Int) throws {
        var nth = 1
        while true {
            let memory = MemoryStore()
            let faulty = FaultyStore(memory, moment) { [nth] in $0 == nth }
            let writer = writer(RetryingStore(faulty, sleep: { _ in }))
            try write(octets(length), to: writer, by: 64)
            let answer = try writer.commit()
            #expect(memory.octets(of: target) == octets(length))
            let isCreatingCall = nth == (length > 100 ? 10 : 1)
            let replyWasLost = moment == .after && isCreatingCall
            #expect(answer == (replyWasLost ? .alreadyExists : .created), "\(nth)")
            if faulty.faultCount == 0 { break }
            nth += 1
        }
    }
}
