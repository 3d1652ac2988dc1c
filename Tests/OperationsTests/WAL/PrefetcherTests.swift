import Format
import Operations
import Platform
import Storage
import TestSupport
import Testing

@testable import Operations

@Suite struct PrefetcherTests {
    private let data: TemporaryDirectory
    private let directory: PrefetchDirectory
    private var target: String { "\(data.path)/pg_wal/RECOVERYXLOG" }

    init() throws {
        data = try TemporaryDirectory()
        try FileSystem.createDirectory("\(data.path)/pg_wal", permissions: 0o700)
        directory = try #require(PrefetchDirectory(besideWALDirectory: "\(data.path)/pg_wal"))
        #expect(directory.prepare())
    }

    private static func archive(_ names: [SegmentName], in store: MemoryStore = WAL.founded()) throws -> MemoryStore {
        for name in names { try WAL.store(WAL.octets(name), as: WAL.key(name), in: store) }
        return store
    }

    /// Runs a prefetcher beside `body` and until it returns.
    private func prefetching(
        from store: any Store, window: Int, idleSeconds: Double = 60, _ body: () throws -> Void
    ) throws {
        let source = try WAL.source([WAL.repository(store)])
        let prefetcher = Prefetcher(
            source, directory: directory, pace: PrefetchPace(first: window, limit: window), permissions: 0o600,
            idleSeconds: idleSeconds)
        let isNeeded = Gate(true)
        let thread = try Thread.spawn(name: "prefetcher") { prefetcher.run { isNeeded.withLock { $0 } } }
        let result = Result { try body() }
        isNeeded.withLock { $0 = false }
        thread.join()
        try result.get()
        #expect(try data.names() == ["pg_wal"], "the directory goes with the prefetcher")
    }

    private func waiting() throws -> Set<SegmentName> { try directory.segments() }

    private func take(_ name: SegmentName) throws {
        #expect(eventually { directory.take(name, to: target) }, "\(name)")
        #expect(try data.octets(of: "pg_wal/RECOVERYXLOG") == WAL.octets(name))
    }

    @Test(arguments: [1, 3])
    func keepsTheWindowFull(window: Int) throws {
        let names = WAL.segments(10)
        try prefetching(from: Self.archive(names), window: window) {
            try directory.request(after: names[0])
            for (index, name) in names.enumerated().dropFirst() {
                let wanted = Set(names[index..<min(index + window, names.count)])
                #expect(try eventually { try waiting() == wanted })
                try take(name)
            }
        }
    }

    @Test func goesWithTheTimeline() throws {
        let old = WAL.segments(6)
        let new = WAL.segments(6, from: old[1].on(try #require(TimelineID(rawValue: 2))))
        let store = try Self.archive(old)
        try prefetching(from: Self.archive(new, in: store), window: 2) {
            try directory.request(after: old[0])
            #expect(try eventually { try waiting() == Set(old[1...2]) })
            try directory.request(after: new[0])
            #expect(try eventually { try waiting() == Set(new[1...2]) })
            try take(new[1])
        }
    }

    @Test func waitsAtTheArchivesEnd() throws {
        let names = WAL.segments(4)
        let store = try Self.archive(Array(names[...1]))
        try prefetching(from: store, window: 3) {
            try directory.request(after: names[0])
            try take(names[1])
            #expect(try waiting().isEmpty)
            _ = try Self.archive(Array(names[2...]), in: store)
            try take(names[2])
            try take(names[3])
        }
    }

    @Test func troublePassesInTime() throws {
        let names = WAL.segments(3)
        let faulty = FaultyStore(try Self.archive(names), .before) { $0 <= 2 }
        try prefetching(from: faulty, window: 2) {
            try directory.request(after: names[0])
            try take(names[1])
            try take(names[2])
        }
    }

    @Test func damageIsNeverHandedOver() throws {
        let names = WAL.segments(3)
        let store = try Self.archive(names)
        store.plant(Array(repeating: 5, count: 3000), at: WAL.key(names[1]))
        let counting = InFlightStore(store)
        try prefetching(from: counting, window: 2) {
            try directory.request(after: names[0])
            #expect(try eventually { try waiting() == [names[2]] })
            #expect(eventually { counting.callCount >= 3 })
            #expect(!directory.take(names[1], to: target))
        }
    }

    /// After a crash: what is complete is used, what is half-written is removed.
    @Test func goesOnWhereAnotherWasKilled() throws {
        let names = WAL.segments(5)
        let name = String(directory.path.dropFirst(data.path.count + 1))
        try data.write("\(name)/\(names[1])", WAL.octets(names[1]))
        try data.write("\(name)/.\(names[2]).tmp.2147483647.ab", [1])
        let store = InFlightStore(try Self.archive(names))
        try directory.request(after: names[0])
        try prefetching(from: store, window: 2) {
            #expect(try eventually { try waiting() == Set(names[1...2]) })
            #expect(try !data.names(below: name).contains { $0.contains("2147483647") })
            try take(names[1])
        }
    }

    @Test func endsWhenNobodyTakesAnything() throws {
        let names = WAL.segments(3)
        let source = try WAL.source([WAL.repository(try Self.archive(names))])
        try directory.request(after: names[0])
        Prefetcher(
            source, directory: directory, pace: PrefetchPace(first: 2, limit: 2), permissions: 0o600, idleSeconds: 0.3
        ).run { true }
        #expect(try data.names() == ["pg_wal"])
    }

    @Test func doesNothingThatIsNotNeeded() throws {
        let store = InFlightStore(WAL.founded())
        let source = try WAL.source([WAL.repository(store)])
        Prefetcher(source, directory: directory, pace: PrefetchPace(first: 2, limit: 2), permissions: 0o600).run {
            false
        }
        #expect(store.callCount == 0)
        #expect(try data.names() == ["pg_wal"])
    }
}
