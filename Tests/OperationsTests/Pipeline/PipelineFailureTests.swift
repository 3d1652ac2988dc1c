import Format
import Operations
import Platform
import Storage
import TestSupport
import Testing

/// Whatever fails at whichever call: the first error comes out, nothing is visible, nothing is left under way, and the
/// same pipeline does the same job afterwards.
@Suite struct PipelineFailureTests {
    private static let octets: [UInt8] = {
        var random = SeededRandom(seed: 3, name: "failure")
        return random.octets(900_000)
    }()
    private let name = key("some/object")
    /// More than enough for what succeeds, and what a test that hangs takes.
    private let patience = 60.0

    @Test(arguments: [1, 3])
    func aSourceThatFails(threads: Int) throws {
        let pipeline = try Cast.sealPipeline(threads: threads, objects: 1)
        let store = MemoryStore()
        var call = 1
        while true {
            let failing = call
            let source = OctetSource(Self.octets) { (number) throws(OperationError) in
                if number == failing { throw fault("call \(failing)") }
            }
            guard let error = seal(source, with: pipeline, into: store) else { break }
            #expect(error.cause == "call \(call)")
            #expect(source.callCount == call)
            #expect(store.octets(of: name) == nil && store.uploadsInProgress == 0)
            call += 1
        }
        #expect(call > Self.octets.count >> 16)
        #expect(store.octets(of: name) != nil)
    }

    @Test(arguments: [1, 3])
    func aSinkThatFails(threads: Int) throws {
        let pipeline = try Cast.sealPipeline(threads: threads, objects: 1)
        var call = 1
        while true {
            let failing = call
            let sink = ChunkKeeper { (number) throws(OperationError) in
                if number == failing { throw fault("call \(failing)") }
            }
            do throws(OperationError) {
                _ = try pipeline.seal(
                    OctetSource(Self.octets), as: name, into: sink, until: .after(seconds: patience))
                break
            } catch {
                #expect(error.cause == "call \(call)")
                #expect(sink.callCount == call, "a sink that threw is not called again")
            }
            call += 1
        }
        #expect(call > 2)
    }

    @Test(arguments: FaultyStore.Moment.allCases, [1, 3])
    func aStoreThatFails(moment: FaultyStore.Moment, threads: Int) throws {
        let pipeline = try Cast.sealPipeline(threads: threads, objects: 1)
        var call = 1
        while true {
            let failing = call
            let memory = MemoryStore()
            let writing: Set<StoreOperation> = [.create, .beginUpload, .upload, .complete]
            let store = InFlightStore(FaultyStore(memory, moment, only: writing) { $0 == failing })
            guard let error = seal(OctetSource(Self.octets), with: pipeline, into: store) else { break }
            #expect(error.code == .unavailable)
            #expect(error.cause.contains("repository \"test\""))
            #expect(store.callsUnderWay == 0)
            if moment == .before { #expect(memory.octets(of: name) == nil) }
            call += 1
        }
        #expect(call > 3)
    }

    @Test(arguments: [1, 3])
    func aStoreThatFailsToRead(threads: Int) throws {
        let memory = MemoryStore()
        try WAL.store(Self.octets, as: name, in: memory)
        let pipeline = try Cast.openPipeline(threads: threads, objects: 1)
        var call = 1
        while true {
            let failing = call
            let store = InFlightStore(FaultyStore(memory, .before) { $0 == failing })
            let sink = OctetSink()
            guard let error = open(store, with: pipeline, into: sink) else {
                #expect(sink.octets == Self.octets)
                break
            }
            #expect(error.code == .unavailable)
            #expect(store.callsUnderWay == 0)
            call += 1
        }
        #expect(call > 5)
    }

    @Test(arguments: [1, 3])
    func aSinkOfContentThatFails(threads: Int) throws {
        let memory = MemoryStore()
        try WAL.store(Self.octets, as: name, in: memory)
        let pipeline = try Cast.openPipeline(threads: threads, objects: 1)
        var call = 1
        while true {
            let failing = call
            let store = InFlightStore(memory)
            let sink = OctetSink { (number) throws(OperationError) in
                if number == failing { throw fault("call \(failing)") }
            }
            guard let error = open(store, with: pipeline, into: sink) else { break }
            #expect(error.cause == "call \(call)")
            #expect(store.callsUnderWay == 0)
            call += 1
        }
        #expect(call > Self.octets.count >> 16)
    }

    /// The source blocks beyond the deadline: nothing is begun after it.
    @Test(arguments: [1, 3])
    func aSourceThatBlocks(threads: Int) throws {
        let pipeline = try Cast.sealPipeline(threads: threads, objects: 1)
        // Enough to get to the second block on a machine that does much else.
        let deadline = Deadline.after(seconds: 3)
        let source = OctetSource(Self.octets) { (number) throws(OperationError) in
            if number == 2 { Clock.sleep(until: deadline) }
        }
        let error = #expect(throws: OperationError.self) {
            try pipeline.seal(source, as: name, into: ChunkKeeper(), until: deadline)
        }
        #expect(error?.code == .timedOut)
        #expect(source.callCount == 2)
        #expect(seal(OctetSource(Self.octets), with: pipeline, into: MemoryStore()) == nil)
    }

    @Test func aDeadlineThatHasPassed() throws {
        let memory = MemoryStore()
        try WAL.store(Self.octets, as: name, in: memory)
        let passed = Deadline.after(seconds: 0)
        let error = #expect(throws: OperationError.self) {
            try Cast.openPipeline().open(name, of: memory, into: OctetSink(), until: passed)
        }
        #expect(error?.code == .timedOut)
    }

    private func seal(_ source: OctetSource, with pipeline: SealPipeline, into store: any Store) -> OperationError? {
        let writer = RepositoryWriter([WAL.repository(store)], key: name, until: .after(seconds: patience))
        do throws(OperationError) {
            _ = try pipeline.seal(source, as: name, into: writer, until: .after(seconds: patience))
        } catch {
            writer.abort()
            return error
        }
        for outcome in writer.commit() {
            if case .failure(let error) = outcome.result { return error }
        }
        return nil
    }

    private func open(_ store: any Store, with pipeline: OpenPipeline, into sink: OctetSink) -> OperationError? {
        do throws(OperationError) {
            let opened = try pipeline.open(name, of: store, into: sink, until: .after(seconds: patience))
            #expect(opened != nil)
            return nil
        } catch {
            return error
        }
    }
}
