import Codec
import Operations
import Platform
import TestSupport
import Testing

/// The printed bound is the real one: the pool of chunks gives out as many as it says, and a long stream needs no more.
@Suite struct PipelineMemoryTests {
    private static func chunks(_ settings: SealSettings) throws -> MemorySum.Line {
        var sum = MemorySum()
        SealPipeline.explainMemory(settings, into: &sum)
        return try #require(sum.lines.last)
    }

    /// 300 MiB through a pool of which all chunks but one are held back.
    @Test func aLongStreamNeedsTheChunksOfTheSum() throws {
        let settings = try Cast.sealSettings(objects: 1)
        let chunks = try Self.chunks(settings)
        let byteCount = 300 << 20
        let keeper = ChunkKeeper(keeps: chunks.count - 1)
        let sealed = try SealPipeline(settings).seal(
            EndlessSource(byteCount: byteCount), as: key("long"), into: keeper, until: .after(seconds: 120))
        #expect(sealed.byteCount == UInt64(byteCount))
        #expect(keeper.byteCount > byteCount)
        #expect(chunks.byteCount * chunks.count < 4 << 20)
    }

    /// There is not one chunk more.
    @Test func thereAreNoFurtherChunks() throws {
        let settings = try Cast.sealSettings(objects: 1)
        let chunks = try Self.chunks(settings)
        let keeper = ChunkKeeper(keeps: chunks.count)
        let error = #expect(throws: OperationError.self) {
            try SealPipeline(settings).seal(
                EndlessSource(byteCount: 16 << 20), as: key("long"), into: keeper, until: .after(seconds: 0.2))
        }
        #expect(error?.code == .timedOut)
        #expect(keeper.callCount == chunks.count)
    }

    /// Each writer may hold a part and begin another, whatever the number of objects and the size of parts.
    @Test(arguments: [1, 3], [100_000, 262_144, 1_000_000])
    func noSetOfWritersStarves(objects: Int, partBytes: Int) throws {
        let pipeline = try Cast.sealPipeline(objects: objects, partBytes: partBytes)
        let store = MemoryStore()
        let results = try inParallel(objects) { number in
            let name = key("object/\(number)")
            let repository = WAL.repository(store, partBytes: partBytes)
            let deadline = Deadline.after(seconds: 60)
            let writer = RepositoryWriter([repository], key: name, until: deadline)
            _ = try pipeline.seal(EndlessSource(byteCount: 5 << 20), as: name, into: writer, until: deadline)
            for outcome in writer.commit() { _ = try outcome.result.get() }
        }
        for result in results { try result.get() }
    }

    @Test func theSumHasALineForEachConsumer() throws {
        let settings = try Cast.sealSettings(threads: 3, objects: 2)
        var sum = MemorySum()
        SealPipeline.explainMemory(settings, into: &sum)
        #expect(sum.lines.map(\.count).first == 3)
        #expect(sum.lines.first?.byteCount == SealScratch.byteCount(settings.parameters.layout, level: settings.level))
        var opening = MemorySum()
        let parameters = OpenParameters(identities: [])
        let open = OpenSettings(parameters: parameters, threads: 2, objects: 3, readBytes: 1 << 20, readsAhead: 4)
        OpenPipeline.explainMemory(open, layout: Cast.layout, into: &opening)
        #expect(opening.lines.map(\.count) == [2, 3, 18])
        #expect(opening.total == opening.lines.reduce(0) { $0 + $1.count * $1.byteCount })
    }
}
