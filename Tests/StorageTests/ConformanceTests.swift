import Platform
import Storage
import Stream
import TestSupport
import Testing

/// Every store, and every decorator around one, keeps the same promises.
@Suite struct ConformanceTests {
    @Test func memory() throws {
        try runConformance { MemoryStore() }
    }

    @Test func memoryWithNarrowLimits() throws {
        var capabilities = MemoryStore.smallCapabilities
        capabilities.minimumPartBytes = 50_000
        capabilities.equalParts = true
        capabilities.singlePutBytesMax = 150_000
        try runConformance { MemoryStore(capabilities: capabilities) }
    }

    @Test func local() throws {
        let directory = try TemporaryDirectory("conformance")
        try runConformance { try localStore(in: directory) }
    }

    @Test func retrying() throws {
        try runConformance { RetryingStore(MemoryStore()) }
    }

    /// Every other call is lost, some of the creating ones after their effect: only answers to those may differ, so
    /// that they are left out here (RetryingStoreTests).
    @Test func retryingReadsThatFail() throws {
        let reads: Set<StoreOperation> = [.read, .readTail, .head, .list, .delete, .upload, .beginUpload]
        try runConformance {
            RetryingStore(
                FaultyStore(MemoryStore(), .after, only: reads) { $0 % 2 == 1 }, sleep: { _ in })
        }
    }

    @Test func limited() throws {
        try runConformance { LimitedStore(MemoryStore(), concurrency: 2) }
    }

    @Test func measured() throws {
        try runConformance { MeasuredStore(MemoryStore(), observer: StoreTally()) }
    }

    @Test func allDecoratorsOverLocal() throws {
        let directory = try TemporaryDirectory("conformance")
        try runConformance {
            let tally = StoreTally()
            let measured = MeasuredStore(try localStore(in: directory), observer: tally)
            return MeasuredStore(
                RetryingStore(LimitedStore(measured, concurrency: 1), observer: tally), observer: tally)
        }
    }
}
