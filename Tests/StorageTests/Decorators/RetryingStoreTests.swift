import Platform
import Storage
import Stream
import TestSupport
import Testing

@Suite struct RetryingStoreTests {
    /// A clock that only moves when somebody sleeps, and what was slept.
    private final class FakeTime: Sendable {
        private let waits = Gate<[Double]>([])
        private let nanoseconds = Gate<UInt64>(0)

        func sleep(_ seconds: Double) {
            waits.withLock { $0.append(seconds) }
            advance(seconds)
        }

        func advance(_ seconds: Double) { nanoseconds.withLock { $0 += UInt64(seconds * 1e9) } }

        var now: UInt64 { nanoseconds.withLock { $0 } }
        var slept: [Double] { waits.withLock { $0 } }
    }

    private let time = FakeTime()
    private let memory = MemoryStore()

    private func retrying(_ inner: any Store, _ policy: RetryPolicy = RetryPolicy()) -> RetryingStore {
        let time = time
        return RetryingStore(
            inner, policy: policy, sleep: { time.sleep($0) }, random: { 0.5 }, clock: { time.now })
    }

    private func thrown(_ body: () throws -> Void) throws -> StoreError {
        try #require(throws: StoreError.self) { try body() }
    }

    @Test func succeedsAfterTrouble() throws {
        let faulty = FaultyStore(memory, .before) { $0 <= 4 }
        #expect(try retrying(faulty).create(key("a"), .copying([1, 2]), until: .never) == .created)
        #expect(time.slept == [0.1, 0.2, 0.4, 0.8])
        #expect(memory.octets(of: key("a")) == [1, 2])
    }

    /// The last failure of a call that is given up is no retry.
    @Test func tellsOfEveryRetry() throws {
        let tally = StoreTally()
        let time = time
        var policy = RetryPolicy()
        policy.damagedTriesMax = 2
        let damaged = FaultyStore(memory, .before, only: [.head], code: .damaged) { _ in true }
        let throttled = FaultyStore(damaged, .before, only: [.create], code: .throttled) { $0 <= 3 }
        let store = RetryingStore(
            throttled, policy: policy, observer: tally, sleep: { time.sleep($0) }, random: { 0.5 }, clock: { time.now })
        _ = try store.create(key("a"), .copying([1]), until: .never)
        _ = try thrown { _ = try store.head(key("a"), until: .never) }
        #expect(tally[.create] == StoreTally.Row(retries: [.throttled: 3]))
        #expect(tally[.head] == StoreTally.Row(retries: [.damaged: 1]))
    }

    /// The caller cannot tell its own object from another's: it has to compare.
    @Test func aLostReplyIsFoundOut() throws {
        let faulty = FaultyStore(memory, .after) { $0 == 1 }
        #expect(try retrying(faulty).create(key("a"), .copying([1]), until: .never) == .alreadyExists)
        #expect(memory.octets(of: key("a")) == [1])
    }

    @Test func notRetryablePassesAtOnce() throws {
        let faulty = FaultyStore(memory, .before, code: .denied) { _ in true }
        let error = try thrown { _ = try retrying(faulty).head(key("a"), until: .never) }
        #expect(error.code == .denied)
        #expect(error.cause == "made to fail before its effect")
        #expect(faulty.callCount == 1 && time.slept.isEmpty)
    }

    @Test func missingIsNoTrouble() throws {
        let counted = FaultyStore(memory, .before) { _ in false }
        #expect(try retrying(counted).head(key("a"), until: .never) == nil)
        #expect(counted.callCount == 1)
    }

    @Test func givesUpAfterTheTotal() throws {
        var policy = RetryPolicy()
        policy.totalSecondsMax = 60
        let faulty = FaultyStore(memory, .before, code: .unreachable) { [time] _ in
            time.advance(2)
            return true
        }
        let error = try thrown { _ = try retrying(faulty, policy).head(key("a"), until: .never) }
        #expect(error.code == .unreachable)
        #expect(time.now >= 60_000_000_000)
        #expect(time.slept.count == faulty.callCount - 1)
        #expect(error.cause.hasPrefix("made to fail before its effect (tried \(faulty.callCount) times in 6"))
    }

    @Test func honoursRetryAfter() throws {
        let faulty = FaultyStore(memory, .before, code: .throttled, retryAfterSeconds: 9) { $0 == 1 }
        _ = try retrying(faulty).head(key("a"), until: .never)
        #expect(time.slept == [9.1])
    }

    @Test func givesUpWhenAskedToWaitBeyondTheDeadline() throws {
        let faulty = FaultyStore(memory, .before, code: .throttled, retryAfterSeconds: 50) { _ in true }
        let error = try thrown { _ = try retrying(faulty).head(key("a"), until: .after(seconds: 40)) }
        #expect(error.code == .throttled && error.retryAfterSeconds == 50)
        #expect(error.cause.hasSuffix("(tried once in 0.0 s)"))
        #expect(time.slept.isEmpty)
    }

    @Test func damageIsTriedThreeTimes() throws {
        let faulty = FaultyStore(memory, .before, code: .damaged) { _ in true }
        let error = try thrown { _ = try retrying(faulty).head(key("a"), until: .never) }
        #expect(error.code == .damaged && faulty.callCount == 3)
    }

    @Test func aDeadlineThatHasPassedIsNotRetried() throws {
        let counted = FaultyStore(memory, .before) { _ in false }
        let error = try thrown { _ = try retrying(counted).head(key("a"), until: .after(seconds: 0)) }
        #expect(error.code == .deadlinePassed && counted.callCount == 1)
        #expect(time.slept.isEmpty)
    }

    /// A try that ran into its own deadline is tried again; into the caller's, it is not.
    @Test func aTryThatTookTooLongIsRetried() throws {
        let late = FaultyStore(memory, .before, code: .deadlinePassed) { $0 <= 2 }
        #expect(try retrying(late).head(key("a"), until: .never) == nil)
        #expect(time.slept.count == 2)
    }

    @Test func theLastRealReasonIsTold() throws {
        var policy = RetryPolicy()
        policy.totalSecondsMax = 10
        let late = FaultyStore(memory, .before, code: .deadlinePassed) { [time] call in
            if call == 2 { time.advance(10) }
            return call >= 2
        }
        let refused = FaultyStore(late, .before, code: .unreachable) { $0 == 1 }
        // The outer store fails the first call, so that the inner one counts from the second.
        let counted = FaultyStore(refused, .before) { _ in false }
        _ = try? late.head(key("a"), until: .never)
        let error = try thrown { _ = try retrying(counted, policy).head(key("a"), until: .never) }
        #expect(error.code == .deadlinePassed)
        #expect(error.cause.contains("after: made to fail before its effect (tried 2 times in 10.1 s)"))
    }

    @Test func everyCallIsRetried() throws {
        let faulty = FaultyStore(memory, .before) { $0 % 2 == 1 }
        let store = retrying(faulty)
        let (small, large) = (key("small"), key("large"))
        #expect(try store.create(small, .copying([1]), until: .never) == .created)
        let session = try store.beginUpload(large, until: .never)
        let part = UploadPart(number: 1, offset: 0, content: .copying([1, 2, 3]))
        let receipt = try store.upload(part, to: session, until: .never)
        #expect(try store.complete(session, parts: [receipt], until: .never) == .created)
        var block = Block(capacity: 2)
        #expect(try store.read(large, from: 0, into: &block, until: .never) == .found(totalByteCount: 3))
        block.truncate()
        #expect(try store.readTail(large, into: &block, until: .never) == .found(totalByteCount: 3))
        #expect(block.octets() == [2, 3])
        #expect(try store.head(large, until: .never)?.byteCount == 3)
        #expect(try store.list(prefix: "", after: nil, until: .never).objects.count == 2)
        try store.delete(large, until: .never)
        #expect(memory.octets(of: large) == nil)
        #expect(faulty.faultCount == 9)
        // Not so aborting, of which nobody learns whether it worked.
        store.abort(session)
        #expect(faulty.faultCount == 10 && faulty.callCount == 19)
    }
}
