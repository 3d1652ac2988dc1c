import Codec
import Format
import Operations
import Platform
import TestSupport
import Testing

@Suite struct OrderedSinkTests {
    private let name = key("some/object")

    private static func octets(_ count: Int) -> [UInt8] {
        var random = SeededRandom(seed: UInt64(count), name: "ordered")
        return random.octets(count)
    }

    @Test(arguments: [0, 1, 65_536, 65_537, 2_000_003], [1, 4])
    func blocksComeInOrder(_ count: Int, _ threads: Int) throws {
        let store = MemoryStore()
        try WAL.store(Self.octets(count), as: name, in: store)
        let sink = OrderedSink()
        let opened = try Cast.openPipeline(threads: threads).open(name, of: store, into: sink, until: .never)
        #expect(opened?.content.byteCount == UInt64(count))
        #expect(sink.octets == Self.octets(count))
    }

    /// Nobody waits for the turn of a block that will never be taken.
    @Test(arguments: 1...4)
    func aSinkThatFailsEndsTheObject(_ failing: Int) throws {
        let store = MemoryStore()
        try WAL.store(Self.octets(1_000_000), as: name, in: store)
        let sink = OrderedSink { call throws(OperationError) in
            if call == failing { throw fault("no room") }
        }
        let error = #expect(throws: OperationError.self) {
            try Cast.openPipeline(threads: 4).open(name, of: store, into: sink, until: .after(seconds: 60))
        }
        #expect(error?.cause == "no room")
        #expect(sink.octets == Array(Self.octets(1_000_000).prefix((failing - 1) * 65_536)))
    }

    /// Whatever octet is damaged, what came out before is what went in, and the end is an error.
    @Test func nothingThatIsDamagedComesOut() throws {
        let content = Self.octets(500_000)
        let whole = MemoryStore()
        try WAL.store(content, as: name, in: whole)
        let sealed = try #require(whole.octets(of: name))
        for position in stride(from: 0, to: sealed.count, by: 9_973) {
            var damaged = sealed
            damaged[position] ^= 0x40
            let store = MemoryStore()
            store.plant(damaged, at: name)
            let sink = OrderedSink()
            #expect(throws: OperationError.self) {
                try Cast.openPipeline(threads: 3).open(name, of: store, into: sink, until: .after(seconds: 60))
            }
            #expect(sink.octets == Array(content.prefix(sink.octets.count)), "octet \(position)")
        }
    }
}
