import Codec
import Format
import Operations
import Platform
import Storage
import TestSupport
import Testing

@Suite struct PipelineRoundTripTests {
    /// Block size of the tests.
    static let block = 1 << 16
    static let lengths = [0, 1, block - 1, block, block + 1, 4 * block, 7 * block + 4321, 1_000_003]

    private static func octets(_ count: Int) -> [UInt8] {
        var random = SeededRandom(seed: UInt64(count), name: "round trip")
        // Half of it compresses.
        return (0..<count / 2).map { UInt8(truncatingIfNeeded: $0 >> 8) } + random.octets(count - count / 2)
    }

    @Test(arguments: lengths, [1, 3])
    func anyLengthThroughMemory(length: Int, threads: Int) throws {
        let store = MemoryStore()
        try roundTrip(Self.octets(length), through: store, threads: threads)
        #expect(store.uploadsInProgress == 0)
    }

    @Test(arguments: lengths)
    func anyLengthThroughADirectory(length: Int) throws {
        let directory = try TemporaryDirectory()
        try roundTrip(Self.octets(length), through: localStore(in: directory), threads: 2)
    }

    private func roundTrip(_ octets: [UInt8], through store: any Store, threads: Int) throws {
        let name = key("some/object")
        let writer = RepositoryWriter([WAL.repository(store)], key: name, until: .never)
        let sealed = try Cast.sealPipeline(threads: threads).seal(
            OctetSource(octets), as: name, into: writer, until: .never)
        #expect(sealed.byteCount == UInt64(octets.count))
        #expect(try writer.commit().map { try $0.result.get() } == [.created])
        let sink = OctetSink()
        let opened = try #require(
            try Cast.openPipeline(threads: threads).open(name, of: store, into: sink, until: .never))
        #expect(sink.octets == octets)
        #expect(opened.content == sealed)
        #expect(opened.report.signer == Cast.host.signer)
        #expect(opened.report.isDigestChecked)
    }

    @Test func severalObjectsAtOnce() throws {
        let store = MemoryStore()
        let seal = try Cast.sealPipeline(objects: 8)
        let open = try Cast.openPipeline(objects: 8)
        let results = try inParallel(8) { number in
            let octets = Self.octets(300_000 + 7_777 * number)
            let name = key("object/\(number)")
            let writer = RepositoryWriter([WAL.repository(store)], key: name, until: .never)
            _ = try seal.seal(OctetSource(octets), as: name, into: writer, until: .never)
            for outcome in writer.commit() { _ = try outcome.result.get() }
            let sink = OctetSink()
            _ = try open.open(name, of: store, into: sink, until: .never)
            return sink.octets == octets
        }
        #expect(try results.map { try $0.get() } == Array(repeating: true, count: 8))
    }

    @Test func whatIsMissingIsNil() throws {
        let sink = OctetSink { call throws(OperationError) in throw fault("nothing is to be written") }
        #expect(try Cast.openPipeline().open(key("nothing"), of: MemoryStore(), into: sink, until: .never) == nil)
    }

    /// With fewer threads than wanted everything takes longer; with none nothing can be done.
    @Test func doesWithFewerThreads() throws {
        let octets = Self.octets(200_000)
        let (pipeline, _) = SyscallFaults.failing(nth: 2, errno: .wouldBlock, only: ["pthread_create"]) {
            try Cast.sealPipeline(threads: 4)
        }
        let keeper = ChunkKeeper()
        let sealed = try pipeline.get().seal(OctetSource(octets), as: key("a"), into: keeper, until: .never)
        #expect(sealed.byteCount == 200_000)
        let (none, _) = SyscallFaults.failing(nth: 1, errno: .wouldBlock, only: ["pthread_create"]) {
            try Cast.openPipeline()
        }
        #expect(throws: OperationError.self) { try none.get() }
    }
}
