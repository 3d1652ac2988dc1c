import Format
import Operations
import Platform
import Storage
import TestSupport
import Testing

@testable import Operations

@Suite struct PushBatchTests {
    private let directory: TemporaryDirectory
    private let names = WAL.segments(6)

    init() throws { directory = try TemporaryDirectory() }

    /// The files of `names`; those in `wrong` are no segments.
    private func files(wrong: Set<Int> = []) throws -> [WaitingFile] {
        try names.enumerated().map { index, name in
            let octets = wrong.contains(index) ? [1, 2, 3] : WAL.octets(name)
            return WaitingFile(name: .segment(name), path: try directory.write("\(name)", octets))
        }
    }

    private func batch(
        _ files: [WaitingFile], _ store: any Store, begin: Deadline = .never, end: Deadline = .never
    ) throws -> PushBatch {
        PushBatch(
            files, target: try WAL.target([WAL.repository(store)]), until: .after(seconds: 60),
            lookahead: PushBatch.Lookahead(begin: begin, end: end))
    }

    @Test(arguments: [1, 3, 10])
    func archivesAllFiles(lanes: Int) throws {
        let store = MemoryStore()
        let batch = try batch(files(), store)
        let archived = batch.run(lanes: lanes)
        try batch.requireFirst()
        #expect(Set(archived.map { "\($0.name)" }) == Set(names.map { "\($0)" }))
        for name in names { #expect(store.octets(of: WAL.key(name)) != nil) }
    }

    @Test func aFirstFileThatFailsStopsTheOthers() throws {
        let store = MemoryStore()
        let batch = try batch(files(wrong: [0]), store)
        #expect(batch.run(lanes: 1).isEmpty)
        let error = #expect(throws: OperationError.self) { try batch.requireFirst() }
        #expect(error?.code == .wrongFile)
        for name in names { #expect(store.octets(of: WAL.key(name)) == nil) }
    }

    @Test(arguments: [1, 3])
    func otherFilesThatFailAreNotTheCallsAffair(lanes: Int) throws {
        let store = MemoryStore()
        let batch = try batch(files(wrong: [1, 3]), store)
        let archived = batch.run(lanes: lanes)
        try batch.requireFirst()
        #expect(archived.count == 4)
        #expect(store.octets(of: WAL.key(names[1])) == nil)
        #expect(store.octets(of: WAL.key(names[4])) != nil)
    }

    @Test func noneOfTheOthersIsBegunTooLate() throws {
        let store = MemoryStore()
        let batch = try batch(files(), store, begin: .after(seconds: 0))
        #expect(batch.run(lanes: 3).map(\.name) == [.segment(names[0])])
        try batch.requireFirst()
    }

    /// A store that hangs over a look-ahead file ends its call at that file's deadline, not at the first one's.
    @Test func theOthersAreGivenUpEarlier() throws {
        let memory = MemoryStore()
        let first = Gate(false)
        let sawEarlier = Gate(false)
        let store = InFlightStore(memory) { (deadline) throws(StoreError) in
            if deadline.remainingSeconds > 30 {
                first.withLock { $0 = true }
                first.signalAll()
                return
            }
            sawEarlier.withLock { $0 = true }
            throw StoreError(.deadlinePassed, .create, "x", cause: "hangs")
        }
        let batch = try batch(files(), store, end: .after(seconds: 5))
        #expect(batch.run(lanes: 2).map(\.name) == [.segment(names[0])])
        try batch.requireFirst()
        #expect(sawEarlier.withLock { $0 } && first.withLock { $0 })
    }

    @Test func withoutThreadsOneLaneDoesAll() throws {
        let batch = try batch(files(), MemoryStore())
        let (archived, _) = SyscallFaults.failing(nth: 1, errno: .wouldBlock, only: ["pthread_create"]) {
            batch.run(lanes: 4)
        }
        #expect(archived.get().count == 6)
    }
}
