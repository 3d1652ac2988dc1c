import Format
import Operations
import Storage
import TestSupport
import Testing

@testable import Operations

@Suite struct WALWaitTests {
    /// A clock that moves when somebody sleeps, and what happens then.
    private final class Time {
        var seconds = 0.0
        var sleeps: [Double] = []
        var then: (Double) throws -> Void = { _ in }
    }

    private let time = Time()
    private static let names = WAL.segments(4)
    private static let start = required(names[0].firstLSN(size: WAL.size))

    private func position(_ segments: Int, _ bytes: Int) -> LSN {
        LSN(rawValue: Self.start.rawValue + UInt64(segments) * WAL.size.byteCount + UInt64(bytes))
    }

    private func wait(
        _ targets: BackupTargets, from start: LSN? = nil, to stop: LSN,
        archivedUpTo: () -> SegmentName? = { nil }
    ) throws {
        var wait = WALWait(cluster: WAL.cluster, system: WAL.system, segmentSize: WAL.size, targets: targets)
        let time = time
        wait.clock = { UInt64(time.seconds * 1e9) }
        wait.sleep = { seconds in
            time.seconds += seconds
            time.sleeps.append(seconds)
            try? time.then(time.seconds)
        }
        try wait.run(.first, from: start ?? Self.start, to: stop) { () throws(OperationError) in archivedUpTo() }
    }

    private func put(_ count: Int, in store: MemoryStore) {
        for name in Self.names.prefix(count) { store.plant([1], at: WAL.key(name)) }
    }

    @Test func nobodyWaitsForWhatIsThere() throws {
        let store = MemoryStore()
        put(3, in: store)
        try wait(BackupTargets([WAL.repository(store)]), to: position(2, 100))
        #expect(time.sleeps.isEmpty)
    }

    /// The segment of the last byte is the last; a position at a border belongs to the one before.
    @Test func exactlyTheSegmentsBetweenAreNeeded() throws {
        for (count, stop) in [
            (1, position(0, 0)), (1, position(0, 1)), (1, position(1, 0)), (2, position(1, 1)), (3, position(3, 0)),
        ] {
            let store = MemoryStore()
            put(count, in: store)
            try wait(BackupTargets([WAL.repository(store)]), to: stop)
            store.plant(nil, at: WAL.key(Self.names[count - 1]))
            #expect(throws: OperationError.self) { try wait(BackupTargets([WAL.repository(store)]), to: stop) }
        }
    }

    @Test func positionsAtTheEndOfTheWALDoNotOverflow() throws {
        let last = LSN(rawValue: .max)
        let name = try #require(SegmentName(timeline: .first, number: WAL.size.lastNumber, size: WAL.size))
        let store = MemoryStore()
        store.plant([1], at: WAL.key(name))
        try wait(BackupTargets([WAL.repository(store)]), from: last, to: last)
        try wait(BackupTargets([WAL.repository(store)]), from: last, to: .invalid)
    }

    @Test func whatArrivesIsWaitedForHoweverLongItTakes() throws {
        let (one, other) = (MemoryStore("one"), MemoryStore("other"))
        put(4, in: one)
        // One segment every four minutes, which is longer than all patience together.
        time.then = { seconds in self.put(Int(seconds / 240), in: other) }
        try wait(
            BackupTargets([WAL.repository(one, "one"), WAL.repository(other, "other")]), to: position(3, 5))
        #expect(time.seconds >= 960 && time.seconds < 1000)
        #expect(time.sleeps.max() == 2 && time.sleeps.min() == 0.05)
    }

    @Test func anArchiverThatStandsStillIsAnError() throws {
        let store = MemoryStore()
        put(1, in: store)
        let error = #expect(throws: OperationError.self) {
            try wait(BackupTargets([WAL.repository(store, "main")]), to: position(2, 5))
        }
        #expect(error?.code == .unavailable && error?.object == "\(Self.names[1])")
        #expect(error?.cause.contains("\"main\"") == true)
        #expect(time.seconds >= WALWait.stallSeconds && time.seconds < WALWait.stallSeconds + 10)
    }

    @Test func aBestEffortRepositoryWithoutItIsLeftOut() throws {
        let (one, other) = (MemoryStore("one"), MemoryStore("other"))
        put(4, in: one)
        let targets = BackupTargets([
            WAL.repository(one, "one"), WAL.repository(other, "other", isRequired: false),
        ])
        try wait(targets, to: position(3, 5))
        #expect(targets.active.map(\.name) == ["one"] && targets.warnings.count == 1)
    }

    private func failing(_ code: StoreError.Code, _ name: String, isRequired: Bool = true) -> Repository {
        WAL.repository(
            FaultyStore(MemoryStore(), .before, only: [.head], code: code) { _ in true }, name, isRequired: isRequired)
    }

    /// Who may not look asks the server how far its archiver has come.
    @Test func aHostThatMayNotLookAsksTheServer() throws {
        let targets = BackupTargets([failing(.denied, "hidden")])
        var asked = 0
        try wait(targets, to: position(2, 5)) {
            asked += 1
            return asked < 4 ? [nil, Self.names[0], Self.names[1]][asked - 1] : Self.names[2]
        }
        #expect(asked == 4)
        // A segment of another timeline says nothing.
        let other = required(SegmentName("000000020000000000000009"))
        #expect(throws: OperationError.self) { try wait(targets, to: position(2, 5)) { other } }
    }

    @Test func otherErrorsEndARequiredOneAndLeaveABestEffortOneOut() throws {
        #expect(throws: OperationError.self) {
            try wait(BackupTargets([failing(.unreachable, "main")]), to: position(1, 0))
        }
        let store = MemoryStore()
        put(1, in: store)
        let targets = BackupTargets([WAL.repository(store, "main"), failing(.unreachable, "spare", isRequired: false)])
        try wait(targets, to: position(1, 0))
        #expect(targets.active.map(\.name) == ["main"])
    }
}
