import Platform
import Storage
import Stream
import TestSupport
import Testing

@Suite struct MeasuredStoreTests {
    @Test func countsCallsBytesAndTime() throws {
        let ticks = Gate<UInt64>(0)
        let store = MeasuredStore(MemoryStore()) {
            ticks.withLock {
                $0 += 5
                return $0
            }
        }
        _ = try store.create(key("a"), .copying([1, 2, 3]), until: .never)
        _ = try store.create(key("b"), .copying([4]), until: .never)
        var block = Block(capacity: 10)
        _ = try store.read(key("a"), from: 1, into: &block, until: .never)
        _ = try store.readTail(key("b"), into: &block, until: .never)
        _ = try store.read(key("none"), from: 0, into: &block, until: .never)
        let snapshot = store.snapshot
        #expect(snapshot[.create] == row(calls: 2, bytes: 4, nanoseconds: 10))
        #expect(snapshot[.read] == row(calls: 2, bytes: 2, nanoseconds: 10))
        #expect(snapshot[.readTail] == row(calls: 1, bytes: 1, nanoseconds: 5))
        #expect(snapshot[.head] == row(calls: 0, bytes: 0, nanoseconds: 0))
    }

    @Test func countsFailures() throws {
        let store = MeasuredStore(FaultyStore(MemoryStore(), .before) { $0 == 1 }, clock: { 0 })
        #expect(throws: StoreError.self) { _ = try store.create(key("a"), .copying([1, 2]), until: .never) }
        _ = try store.create(key("a"), .copying([1, 2]), until: .never)
        #expect(store.snapshot[.create] == row(calls: 2, failures: 1, bytes: 2, nanoseconds: 0))
    }

    private func row(
        calls: Int, failures: Int = 0, bytes: UInt64, nanoseconds: UInt64
    ) -> StoreMeasurement.Row {
        var row = StoreMeasurement.Row()
        row.calls = calls
        row.failures = failures
        row.bytes = bytes
        row.nanoseconds = nanoseconds
        return row
    }
}
