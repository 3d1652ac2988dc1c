import Codec
import Format
import Operations
import Platform
import Storage
import TestSupport
import Testing

@testable import Operations

@Suite struct ArchiveTargetTests {
    private static let segment = WAL.first
    private static let text = "\(segment)"

    /// Names of every kind with content that is right for it.
    private static let files: [(String, [UInt8])] = [
        (text, WAL.octets(segment)), ("\(text).partial", WAL.octets(segment)),
        ("\(text).00000028.backup", Array("START WAL LOCATION: 0/2000028\n".utf8)),
        ("00000002.history", Array("1\t0/5000000\treason\n".utf8)), ("00000000000000000000", [1, 2, 3]),
    ]

    private func archive(_ name: String, _ octets: [UInt8], into stores: [any Store]) throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("pg_wal/\(name)", octets)
        let target = try WAL.target(stores.map { WAL.repository($0) })
        let file = try target.archive(WAL.name(name), at: path, until: .after(seconds: 60))
        #expect(file.name == WAL.name(name))
        #expect(file.status.size == UInt64(octets.count))
        #expect(file.warnings.isEmpty)
    }

    @Test(arguments: files.indices)
    func everyKindOfNameIsArchivedOnce(index: Int) throws {
        let (name, octets) = Self.files[index]
        let stores = [MemoryStore("a"), MemoryStore("b")]
        try archive(name, octets, into: stores)
        let stored = stores.map { $0.octets(of: WAL.key(WAL.name(name))) }
        #expect(stored[0] != nil && stored[0] == stored[1], "both got the same object")
        // Again: success, and nothing changes.
        try archive(name, octets, into: stores)
        #expect(stores.map { $0.octets(of: WAL.key(WAL.name(name))) } == stored)
        // A repository that joined later gets what it lacks.
        let third = MemoryStore("c")
        try archive(name, octets, into: stores + [third])
        #expect(third.octets(of: WAL.key(WAL.name(name))) != nil)
    }

    @Test(arguments: files.indices)
    func otherContentIsRefusedForEveryKindOfName(index: Int) throws {
        let (name, octets) = Self.files[index]
        let store = MemoryStore()
        try archive(name, octets, into: [store])
        let stored = store.octets(of: WAL.key(WAL.name(name)))
        var other = octets
        other[other.count - 1] ^= 1
        let error = #expect(throws: OperationError.self) { try archive(name, other, into: [store]) }
        #expect(error?.code == .differentContent)
        #expect(store.octets(of: WAL.key(WAL.name(name))) == stored)
    }

    /// A partial segment stands beside the whole one, and is never taken for it.
    @Test func aPartialSegmentIsAnotherFile() throws {
        let store = MemoryStore()
        try archive(Self.text, WAL.octets(Self.segment, seed: 1), into: [store])
        try archive("\(Self.text).partial", WAL.octets(Self.segment, seed: 2), into: [store])
    }

    private static let wrong: [[UInt8]] = [
        WAL.octets(segment, system: SystemIdentifier(rawValue: 1)),
        WAL.octets(segment, timeline: TimelineID(rawValue: 2)),
        WAL.octets(segment, address: LSN(rawValue: 0x300000)),
        WAL.octets(segment, size: .standard), WAL.octets(segment).dropLast(), WAL.octets(segment) + [0],
        Array(repeating: 0, count: 1 << 20), [],
    ]

    @Test(arguments: wrong.indices)
    func aWrongSegmentIsRefusedBeforeAnyCall(index: Int) throws {
        let store = InFlightStore(MemoryStore())
        for name in [Self.text, "\(Self.text).partial"] {
            let error = #expect(throws: OperationError.self) { try archive(name, Self.wrong[index], into: [store]) }
            #expect(error?.code == .wrongFile)
        }
        #expect(store.callCount == 0)
    }

    @Test func aFileThatChangesWhileItIsReadIsRefused() throws {
        let directory = try TemporaryDirectory()
        let octets = WAL.octets(Self.segment)
        let path = try directory.write("pg_wal/\(Self.text)", octets)
        let memory = MemoryStore()
        // Changed when its first part goes out, which is before all of it has been read.
        let store = InFlightStore(memory) { (_) throws(StoreError) in
            _ = try? directory.write("pg_wal/\(Self.text)", octets.dropLast(10) + Array(repeating: 7, count: 10))
        }
        let target = try WAL.target([WAL.repository(store, partBytes: 20_000)])
        let error = #expect(throws: OperationError.self) {
            try target.archive(WAL.name(Self.text), at: path, until: .after(seconds: 60))
        }
        #expect(error?.code == .wrongFile)
        #expect(memory.octets(of: WAL.key(Self.segment)) == nil && memory.uploadsInProgress == 0)
    }

    @Test func aFileThatIsNotThere() throws {
        let target = try WAL.target([WAL.repository(MemoryStore())])
        let error = #expect(throws: OperationError.self) {
            try target.archive(WAL.name(Self.text), at: "/nowhere/\(Self.text)", until: .never)
        }
        #expect(error?.code == .noSuchFile)
    }

    @Test func aBestEffortRepositoryBecomesAWarning() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("pg_wal/\(Self.text)", WAL.octets(Self.segment))
        let good = MemoryStore("good")
        let bad = FaultyStore(MemoryStore("bad"), .before) { _ in true }
        let target = try WAL.target([WAL.repository(bad, "bad", isRequired: false), WAL.repository(good, "good")])
        let file = try target.archive(WAL.name(Self.text), at: path, until: .after(seconds: 60))
        #expect(file.warnings.count == 1)
        #expect(file.warnings.first?.contains("repository \"bad\" does not have \"\(Self.text)\"") == true)
        #expect(good.octets(of: WAL.key(Self.segment)) != nil)
        // It holds other content: as loud, and no failure either.
        let other = MemoryStore("other")
        try WAL.store(WAL.octets(Self.segment, seed: 5), as: WAL.key(Self.segment), in: other)
        let again = try WAL.target([WAL.repository(good, "good"), WAL.repository(other, "other", isRequired: false)])
        #expect(try again.archive(WAL.name(Self.text), at: path, until: .after(seconds: 60)).warnings.count == 1)
    }

    @Test func twoServersAtOnceWithOneContentSucceed() throws {
        let store = MemoryStore()
        let octets = WAL.octets(Self.segment)
        let results = try inParallel(4) { _ in try self.archive(Self.text, octets, into: [store]) }
        for result in results { try result.get() }
    }

    @Test func twoServersAtOnceWithDifferentContentsDoNot() throws {
        let store = MemoryStore()
        let results = try inParallel(4) { number in
            try self.archive(Self.text, WAL.octets(Self.segment, seed: UInt64(number + 1)), into: [store])
        }
        let successes = results.filter { if case .success = $0 { true } else { false } }
        #expect(successes.count == 1)
    }
}
