import Format
import Platform
import TestSupport
import Testing

@testable import Operations

@Suite struct FetchTargetsTests {
    private let directory: TemporaryDirectory
    private let targets = FetchTargets()
    private var target: String { "\(directory.path)/pg_wal/RECOVERYXLOG" }

    init() throws {
        directory = try TemporaryDirectory()
        try FileSystem.createDirectory("\(directory.path)/pg_wal", permissions: 0o700)
    }

    private func claim(_ path: String? = nil, isAbandoned: @escaping @Sendable () -> Bool = { false }) -> TargetClaim {
        targets.claim(path ?? target, isAbandoned: isAbandoned)
    }

    private func restore(_ claim: TargetClaim?, octets: [UInt8], isStaged: Bool = true) throws {
        let staging = isStaged ? PrefetchDirectory(besideWALDirectory: "\(directory.path)/pg_wal") : nil
        let file = RestoredFile(
            FetchPlace(
                staging: staging, name: .segment(WAL.first), target: target, permissions: 0o600, claim: claim))
        try file.write(octets.span.bytes, at: 0)
        try file.commit()
    }

    private func expectTarget(_ octets: [UInt8]?) throws {
        #expect(try directory.octets(of: "pg_wal/RECOVERYXLOG") == octets)
        #expect(try directory.names(below: "pg_wal") == (octets == nil ? [] : ["RECOVERYXLOG"]))
    }

    @Test(arguments: [true, false])
    func aLaterCallMakesAnEarlierOneVoid(isStaged: Bool) throws {
        let early = claim()
        let late = claim()
        let other = claim("\(directory.path)/elsewhere")
        #expect(early.isVoid && !late.isVoid && !other.isVoid)
        #expect(throws: OperationError.self) { try restore(early, octets: [1], isStaged: isStaged) }
        try expectTarget(nil)
        try restore(late, octets: [2], isStaged: isStaged)
        #expect(throws: OperationError.self) { try restore(early, octets: [1], isStaged: isStaged) }
        try expectTarget([2])
    }

    @Test(arguments: [true, false])
    func nothingIsPutWhereNobodyWaits(isStaged: Bool) throws {
        let isGone = Gate(false)
        let claim = claim { isGone.withLock { $0 } }
        #expect(!claim.isVoid)
        isGone.withLock { $0 = true }
        #expect(claim.isVoid)
        #expect(throws: OperationError.self) { try restore(claim, octets: [1], isStaged: isStaged) }
        try expectTarget(nil)
    }

    /// What waits for PostgreSQL goes on waiting.
    @Test func aWaitingSegmentIsNotGivenToAnEarlierCall() throws {
        let prefetch = try #require(PrefetchDirectory(besideWALDirectory: "\(directory.path)/pg_wal"))
        #expect(prefetch.prepare())
        try directory.write(String(prefetch.path.dropFirst(directory.path.count + 1)) + "/\(WAL.first)", [7])
        let early = claim()
        let late = claim()
        #expect(!prefetch.take(WAL.first, to: target, claim: early))
        try expectTarget(nil)
        #expect(prefetch.take(WAL.first, to: target, claim: late))
        try expectTarget([7])
    }

    @Test func aMoveThatIsUnderWayIsWaitedFor() throws {
        let early = claim()
        try early.begin()
        let isClaimed = Gate(false)
        let thread = try Thread.spawn(name: "later") { [targets, target] in
            _ = targets.claim(target) { false }
            isClaimed.withLock { $0 = true }
        }
        #expect(eventually { early.isVoid })
        #expect(!isClaimed.withLock { $0 })
        early.end()
        thread.join()
        #expect(isClaimed.withLock { $0 })
    }
}
