import Platform
import Storage
import Stream
import TestSupport
import Testing

@Suite struct MeasuredStoreTests {
    private let tally = StoreTally()

    @Test func tellsOfCallsBytesAndTime() throws {
        let ticks = Gate<UInt64>(0)
        let store = MeasuredStore(MemoryStore(), observer: tally) {
            ticks.withLock {
                $0 += 500_000_000
                return $0
            }
        }
        _ = try store.create(key("a"), .copying([1, 2, 3]), until: .never)
        _ = try store.create(key("b"), .copying([4]), until: .never)
        var block = Block(capacity: 10)
        _ = try store.read(key("a"), from: 1, into: &block, until: .never)
        _ = try store.readTail(key("b"), into: &block, until: .never)
        _ = try store.read(key("none"), from: 0, into: &block, until: .never)
        #expect(tally[.create] == StoreTally.Row(calls: 2, sentBytes: 4, seconds: 1))
        #expect(tally[.read] == StoreTally.Row(calls: 2, receivedBytes: 2, seconds: 1))
        #expect(tally[.readTail] == StoreTally.Row(calls: 1, receivedBytes: 1, seconds: 0.5))
        #expect(tally[.head] == StoreTally.Row())
    }

    @Test func tellsOfParts() throws {
        let store = MeasuredStore(MemoryStore(), observer: tally, clock: { 0 })
        let session = try store.beginUpload(key("a"), until: .never)
        let part = UploadPart(number: 1, offset: 0, content: .copying([1, 2]))
        let receipt = try store.upload(part, to: session, until: .never)
        _ = try store.complete(session, parts: [receipt], until: .never)
        store.abort(session)
        #expect(tally[.upload] == StoreTally.Row(calls: 1, sentBytes: 2))
        for operation in [StoreOperation.beginUpload, .complete, .abort] {
            #expect(tally[operation] == StoreTally.Row(calls: 1))
        }
    }

    /// Bytes that the store did not accept are not counted as sent.
    @Test func tellsOfFailures() throws {
        let store = MeasuredStore(FaultyStore(MemoryStore(), .before) { $0 == 1 }, observer: tally, clock: { 0 })
        let error = #expect(throws: StoreError.self) {
            _ = try store.create(key("a"), .copying([1, 2]), until: .never)
        }
        _ = try store.create(key("a"), .copying([1, 2]), until: .never)
        let code = try #require(error?.code)
        #expect(tally[.create] == StoreTally.Row(calls: 2, failures: [code: 1], sentBytes: 2))
    }
}
