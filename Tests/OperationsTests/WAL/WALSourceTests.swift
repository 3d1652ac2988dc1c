import Codec
import Format
import Operations
import Platform
import Storage
import TestSupport
import Testing

@testable import Operations

@Suite struct WALSourceTests {
    private static let segment = WAL.first
    private static let octets = WAL.octets(segment)
    private let directory: TemporaryDirectory
    private var target: String { "\(directory.path)/RECOVERYXLOG" }
    private var place: FetchPlace {
        FetchPlace(staging: nil, name: .segment(Self.segment), target: target, permissions: 0o600)
    }

    init() throws { directory = try TemporaryDirectory() }

    /// A founded store that holds the segment.
    private func holding() throws -> MemoryStore {
        let store = WAL.founded()
        try WAL.store(Self.octets, as: WAL.key(Self.segment), in: store)
        return store
    }

    private func fetch(
        _ stores: [any Store], identities: [Identity] = [Cast.alice], name: WALFileName = .segment(segment),
        until deadline: Deadline = .after(seconds: 60)
    ) throws -> WALSource.Answer {
        let repositories = stores.enumerated().map { WAL.repository($0.element, "r\($0.offset)") }
        return try WAL.source(repositories, identities: identities).fetch(name, into: place, until: deadline)
    }

    private func expectRestored(_ answer: WALSource.Answer) throws {
        guard case .restored = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(try directory.octets(of: "RECOVERYXLOG") == Self.octets)
        #expect(try directory.names() == ["RECOVERYXLOG"])
        #expect(try FileSystem.status(of: target)?.permissions == 0o600)
    }

    private func expectTrouble(_ code: OperationError.Code, _ answer: WALSource.Answer) throws {
        guard case .trouble(let error) = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(error.code == code)
        #expect(try directory.names() == [], "nothing at the destination, and no temporary file")
    }

    @Test func theSecondServesWhenTheFirstDoesNot() throws {
        try expectRestored(fetch([holding()]))
        try expectRestored(fetch([WAL.founded(), holding()]))
        try expectRestored(fetch([MemoryStore("not founded"), holding()]))
        try expectRestored(fetch([FaultyStore(holding(), .before) { _ in true }, holding()]))
        let damaged = try holding()
        Self.damage(damaged) { $0[$0.count / 2] ^= 1 }
        try expectRestored(fetch([damaged, holding()]))
    }

    @Test func missingIsSaidByAll() throws {
        guard case .missing = try fetch([WAL.founded("a"), WAL.founded("b")]) else {
            Issue.record("not missing")
            return
        }
        #expect(try directory.names() == [])
    }

    /// A wrong prefix, an empty bucket: who does not know the system cannot say what it has archived.
    @Test func withoutTheSystemNothingIsMissing() throws {
        try expectTrouble(.configuration, fetch([MemoryStore()]))
        try expectTrouble(.configuration, fetch([WAL.founded(), MemoryStore()]))
        try expectTrouble(.unavailable, fetch([WAL.founded(), FaultyStore(WAL.founded(), .before) { _ in true }]))
        try expectTrouble(.unavailable, fetch([FaultyStore(WAL.founded(), .before, only: [.head]) { _ in true }]))
    }

    private static func damage(_ store: MemoryStore, _ change: (inout [UInt8]) -> Void) {
        guard var object = store.octets(of: WAL.key(segment)) else { return }
        change(&object)
        store.plant(object, at: WAL.key(segment))
    }

    @Test func damageIsTroubleWherever() throws {
        let count = try #require(holding().octets(of: WAL.key(Self.segment))?.count)
        for offset in stride(from: 0, to: count, by: count / 37) + [count - 1, count - 273] {
            let store = try holding()
            Self.damage(store) { $0[offset] ^= 0x10 }
            let answer = try fetch([store])
            guard case .trouble(let error) = answer else {
                Issue.record("offset \(offset): \(answer)")
                continue
            }
            #expect([.damaged, .foreignKey].contains(error.code), "offset \(offset): \(error)")
            #expect(try directory.names() == [])
        }
    }

    @Test func aShortenedOrLengthenedObjectIsTrouble() throws {
        let count = try #require(holding().octets(of: WAL.key(Self.segment))?.count)
        for length in [0, 1, 16, 200, 100_000, 100_001, count - 272, count - 1] {
            let store = try holding()
            Self.damage(store) { $0 = Array($0.prefix(length)) }
            try expectTrouble(.damaged, fetch([store]))
        }
        for tail in [1, 272, 150_000] {
            let store = try holding()
            Self.damage(store) { $0 += Array(repeating: 0, count: tail) }
            try expectTrouble(.damaged, fetch([store]))
        }
    }

    @Test func anotherSegmentsObjectIsTrouble() throws {
        let store = WAL.founded()
        let other = WAL.segments(2)[1]
        try WAL.store(WAL.octets(other), as: WAL.key(other), in: store)
        store.plant(store.octets(of: WAL.key(other)), at: WAL.key(Self.segment))
        try expectTrouble(.damaged, fetch([store]))
    }

    @Test func aForeignKeyIsTrouble() throws {
        try expectTrouble(.foreignKey, fetch([holding()], identities: [Cast.mallory]))
        try expectTrouble(.foreignKey, fetch([holding()], identities: []))
    }

    @Test func aStrangersObjectIsTrouble() throws {
        let store = WAL.founded()
        try WAL.store(
            Self.octets, as: WAL.key(Self.segment), in: store, Cast.sealing(signingKey: Cast.stranger))
        try expectTrouble(.damaged, fetch([store]))
    }

    /// A valid object under its own name, with WAL in it that does not belong there.
    private static let wrong: [[UInt8]] = [
        WAL.octets(segment, address: LSN(rawValue: 0x300000)),
        WAL.octets(segment, system: SystemIdentifier(rawValue: 1)),
        WAL.octets(segment, timeline: TimelineID(rawValue: 2)), octets.dropLast(), [], Array("not WAL".utf8),
    ]

    @Test(arguments: wrong.indices)
    func wrongWALInAValidObjectIsTrouble(index: Int) throws {
        let store = WAL.founded()
        try WAL.store(Self.wrong[index], as: WAL.key(Self.segment), in: store)
        try expectTrouble(.wrongFile, fetch([store]))
    }

    @Test func otherFilesComeBackAsTheyWere() throws {
        for (text, octets) in [("00000002.history", Array("1\t0/1\tx\n".utf8)), ("00000003.history", [])] {
            let store = WAL.founded()
            let name = WAL.name(text)
            try WAL.store(octets, as: WAL.key(name), in: store)
            guard case .restored = try fetch([store], name: name) else {
                Issue.record("not restored")
                continue
            }
            #expect(try directory.octets(of: "RECOVERYXLOG") == octets)
        }
    }

    /// A first repository that hangs leaves the second one time, however short the deadline.
    @Test func theDeadlineIsShared() throws {
        let seen = Gate<Double?>(nil)
        let hanging = InFlightStore(WAL.founded()) { (deadline) throws(StoreError) in
            seen.withLock { $0 = deadline.remainingSeconds }
            throw StoreError(.deadlinePassed, .read, "x", cause: "hangs")
        }
        try expectRestored(fetch([hanging, holding()], until: .after(seconds: 10)))
        #expect(try #require(seen.withLock { $0 }) <= 5)
    }

    @Test func aPassedDeadlineIsTrouble() throws {
        try expectTrouble(.timedOut, fetch([holding()], until: .after(seconds: 0)))
    }
}

@Suite struct FetchRetryTests {
    private let directory: TemporaryDirectory
    private var place: FetchPlace {
        FetchPlace(staging: nil, name: .segment(WAL.first), target: "\(directory.path)/X", permissions: 0o600)
    }

    init() throws { directory = try TemporaryDirectory() }

    private func fetch(_ stores: [any Store], seconds: Double) throws -> Bool {
        let source = try WAL.source(stores.map { WAL.repository($0) })
        return try FetchRetry(source, until: .after(seconds: seconds)).fetch(.segment(WAL.first), to: place)
    }

    @Test func troubleThatPassesIsWaitedFor() throws {
        let store = WAL.founded()
        try WAL.store(WAL.octets(WAL.first), as: WAL.key(WAL.first), in: store)
        let faulty = FaultyStore(store, .before) { $0 <= 2 }
        #expect(try fetch([faulty], seconds: 60))
        #expect(faulty.faultCount == 2)
    }

    @Test func missingIsNotAskedAgain() throws {
        let store = InFlightStore(WAL.founded())
        #expect(try fetch([store], seconds: 60) == false)
        #expect(store.callCount == 2)
    }

    @Test func troubleThatLastsEndsAtTheDeadline() throws {
        let faulty = FaultyStore(WAL.founded(), .before) { _ in true }
        let error = #expect(throws: OperationError.self) { try fetch([faulty], seconds: 0.3) }
        #expect(error?.code == .unavailable)
        #expect(faulty.faultCount >= 2)
    }

    /// Damage is looked at twice; nobody is kept waiting for it to mend itself.
    @Test func damageIsReportedSoon() throws {
        let store = WAL.founded()
        store.plant(Array(repeating: 1, count: 5000), at: WAL.key(WAL.first))
        let counting = InFlightStore(store)
        let error = #expect(throws: OperationError.self) { try fetch([counting], seconds: 3600) }
        #expect(error?.code == .damaged)
        #expect(counting.callCount == 2)
    }

    /// The other repository may come back with the segment.
    @Test func damageInOneIsNoReasonToGiveUpOnAnother() throws {
        let damaged = WAL.founded()
        damaged.plant(Array(repeating: 1, count: 5000), at: WAL.key(WAL.first))
        let store = WAL.founded()
        try WAL.store(WAL.octets(WAL.first), as: WAL.key(WAL.first), in: store)
        #expect(try fetch([damaged, FaultyStore(store, .before) { $0 <= 3 }], seconds: 60))
    }
}
