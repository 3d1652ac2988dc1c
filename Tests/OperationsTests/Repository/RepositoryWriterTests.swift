import Format
import Operations
import Platform
import Storage
import Stream
import TestSupport
import Testing

@Suite struct RepositoryWriterTests {
    private static let octets: [UInt8] = {
        var random = SeededRandom(seed: 9, name: "writer")
        return random.octets(700_000)
    }()
    private let name = key("some/object")

    /// Writes and commits; the outcomes in the order of the repositories.
    private func write(_ octets: [UInt8], to repositories: [Repository]) throws -> [RepositoryOutcome] {
        let writer = RepositoryWriter(repositories, key: name, until: .after(seconds: 60))
        do {
            for start in stride(from: 0, to: octets.count, by: 90_000) {
                let piece = Array(octets[start..<min(start + 90_000, octets.count)])
                guard let slice = Content.copying(piece).slices.first else { continue }
                try writer.write(slice.block)
            }
        } catch {
            writer.abort()
            throw error
        }
        return writer.commit()
    }

    @Test(arguments: [700_000, 1_000, 0])
    func everyRepositoryGetsTheSameBytes(length: Int) throws {
        let stores = (0..<3).map { MemoryStore("\($0)") }
        let octets = Array(Self.octets.prefix(length))
        // Parts of different lengths, and one store that takes all at once.
        let repositories = zip(stores, [100_000, 333_333, 1 << 20]).map { store, partBytes in
            WAL.repository(store, partBytes: partBytes)
        }
        let outcomes = try write(octets, to: repositories)
        #expect(try outcomes.map { try $0.result.get() } == [.created, .created, .created])
        for store in stores { #expect(store.octets(of: name) == octets) }
    }

    @Test func aRequiredRepositoryThatFailsEndsTheWrite() throws {
        let (good, bad) = (MemoryStore("good"), MemoryStore("bad"))
        let faulty = FaultyStore(bad, .before, only: [.upload]) { _ in true }
        let error = #expect(throws: OperationError.self) {
            try write(Self.octets, to: [WAL.repository(good, "good"), WAL.repository(faulty, "bad")])
        }
        #expect(error?.cause.contains("repository \"bad\"") == true)
        #expect(good.octets(of: name) == nil && good.uploadsInProgress == 0)
        #expect(bad.octets(of: name) == nil && bad.uploadsInProgress == 0)
    }

    @Test(arguments: [StoreOperation.upload, .beginUpload, .complete])
    func aBestEffortRepositoryThatFailsIsLeftBehind(operation: StoreOperation) throws {
        let (good, bad) = (MemoryStore("good"), MemoryStore("bad"))
        let faulty = FaultyStore(bad, .before, only: [operation]) { _ in true }
        let outcomes = try write(
            Self.octets, to: [WAL.repository(faulty, "bad", isRequired: false), WAL.repository(good, "good")])
        #expect(good.octets(of: name) == Self.octets)
        #expect(try outcomes[1].result.get() == .created)
        let error = #expect(throws: OperationError.self) { try outcomes[0].result.get() }
        #expect(error?.cause.contains("repository \"bad\"") == true)
        #expect(bad.octets(of: name) == nil && bad.uploadsInProgress == 0)
        // Two parts are under way at once, and may fail together.
        #expect((1...2).contains(faulty.faultCount), "what failed is not tried for the following chunks")
    }

    /// The stalling store answers at its deadline, which is much sooner than that of the required one.
    @Test func aBestEffortRepositoryIsGivenLessTime() throws {
        let memory = MemoryStore("good")
        let seen = Gate<[Double]>([])
        let stalling = InFlightStore(MemoryStore("bad")) { (deadline) throws(StoreError) in
            seen.withLock { $0.append(deadline.remainingSeconds) }
            throw StoreError(.deadlinePassed, .create, "x", cause: "stalled")
        }
        let required = InFlightStore(memory) { (deadline) throws(StoreError) in
            #expect(deadline.remainingSeconds > Repository.bestEffortSeconds)
        }
        let outcomes = try write(
            Self.octets, to: [WAL.repository(stalling, "bad", isRequired: false), WAL.repository(required, "good")])
        #expect(memory.octets(of: name) == Self.octets)
        #expect(throws: OperationError.self) { try outcomes[0].result.get() }
        let patience = try #require(seen.withLock { $0.first })
        #expect(patience <= 15, "of a minute, a quarter")
    }

    @Test func abortLeavesNothingAnywhere() throws {
        let stores = [MemoryStore(), MemoryStore()]
        let writer = RepositoryWriter(stores.map { WAL.repository($0) }, key: name, until: .never)
        let block = try #require(Content.copying(Self.octets).slices.first).block
        try writer.write(block)
        writer.abort()
        for store in stores { #expect(store.octets(of: name) == nil && store.uploadsInProgress == 0) }
    }

    @Test func withoutThreadsCommitsComeOneAfterTheOther() throws {
        let stores = (0..<3).map { MemoryStore("\($0)") }
        let writer = RepositoryWriter(
            stores.map { WAL.repository($0, partBytes: 1 << 20) }, key: name, until: .never)
        try writer.write(try #require(Content.copying(Self.octets).slices.first).block)
        let (outcomes, _) = SyscallFaults.failing(nth: 1, errno: .wouldBlock, only: ["pthread_create"]) {
            writer.commit()
        }
        #expect(try outcomes.get().map { try $0.result.get() } == [.created, .created, .created])
    }
}
