import Format
import Platform
import Storage
import Stream
import TestSupport
import Testing

@Suite struct LimitedStoreTests {
    /// Lets calls in, and holds each until a given number are inside or have been.
    private final class Meeting: Sendable {
        private struct State {
            var inside = 0
            var most = 0
            var entered = 0
        }
        private let gate = Gate(State())

        /// Waits for `count` callers inside at once, but not for ever: with a wrong limit they never come.
        func enter(waitingFor count: Int) {
            gate.withLock {
                $0.inside += 1
                $0.entered += 1
                $0.most = max($0.most, $0.inside)
            }
            gate.signalAll()
            _ = gate.wait(until: .after(seconds: 60)) { $0.most >= count ? true : nil }
            gate.withLock { $0.inside -= 1 }
        }

        var most: Int { gate.withLock { $0.most } }
        var entered: Int { gate.withLock { $0.entered } }
    }

    @Test func atMostSoManyAtOnce() throws {
        let meeting = Meeting()
        let inner = FaultyStore(MemoryStore(), .before) { _ in
            meeting.enter(waitingFor: 3)
            return false
        }
        let store = LimitedStore(inner, concurrency: 3)
        let answers = try inParallel(12) { number in try store.head(key("k\(number)"), until: .never) }
        for answer in answers { #expect(try answer.get() == nil) }
        #expect(meeting.most == 3)
        #expect(meeting.entered == 12)
    }

    @Test func waitingEndsAtTheDeadline() throws {
        let inside = Gate(false)
        let release = Gate(false)
        let inner = FaultyStore(MemoryStore(), .before, only: [.head]) { _ in
            inside.withLock { $0 = true }
            inside.signalAll()
            _ = release.wait(until: .after(seconds: 60)) { $0 ? true : nil }
            return false
        }
        let store = LimitedStore(inner, concurrency: 1)
        let thread = try Thread.spawn(name: "holder") { _ = try? store.head(key("held"), until: .never) }
        _ = inside.wait(until: .after(seconds: 60)) { $0 ? true : nil }
        let error = #expect(throws: StoreError.self) {
            _ = try store.read(key("late"), until: .after(seconds: 0.01))
        }
        release.withLock { $0 = true }
        release.signalAll()
        thread.join()
        #expect(error?.code == .deadlinePassed)
        #expect(error?.cause == "waited for other calls until the deadline")
        // Whoever waited in vain left no trace.
        #expect(try store.head(key("free"), until: .after(seconds: 60)) == nil)
    }

    @Test func aStoreThatThrottlesGetsFewerCalls() throws {
        let inner = FaultyStore(MemoryStore(), .before, code: .throttled) { $0 == 1 }
        let store = LimitedStore(inner, limit: AdaptiveLimit(first: 8, most: 8))
        #expect(throws: StoreError.self) { _ = try store.head(key("k"), until: .after(seconds: 60)) }
        #expect(store.concurrency == 4)
        #expect(try store.head(key("k"), until: .after(seconds: 60)) == nil)
        #expect(store.concurrency == 4, "one call at a time is no reason for more")
    }

    @Test func failuresMakeRoom() throws {
        let store = LimitedStore(FaultyStore(MemoryStore(), .before) { _ in true }, concurrency: 1)
        for _ in 0..<3 {
            let error = #expect(throws: StoreError.self) { _ = try store.head(key("k"), until: .after(seconds: 60)) }
            #expect(error?.code == .serverFault)
        }
    }
}

extension LimitedStore {
    fileprivate func read(_ key: ObjectKey, until deadline: Deadline) throws(StoreError) -> ReadResult {
        var block = Block(capacity: 1)
        return try read(key, from: 0, into: &block, until: deadline)
    }
}
