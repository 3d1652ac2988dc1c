import Format
import Operations
import Platform
import Storage
import Stream
import TestSupport
import Testing

@testable import Operations

@Suite struct PackCommitsTests {
    private let failure = StickyFailure<OperationError>()
    private let ledger = BackupLedger(BackupStage.id(1), fileCount: 0, firstIndex: 0)
    private let directory: TemporaryDirectory
    private let now = Clock.now()
    private var path: String { "\(directory.path)/journal" }

    init() throws { directory = try TemporaryDirectory("commits") }

    private func journal() -> BackupJournal {
        let scope = BackupJournal.Scope(
            system: WAL.system, places: ["a", "b"], readers: [], blockKey: BackupStage.blockKey)
        return BackupJournal(path, scope: scope, continuing: nil, now: now)
    }

    private var journalled: [Int] { BackupJournal.load(path, now: now)?.frames.map(\.pack.ordinal).sorted() ?? [] }
    private var recorded: [Int] { ledger.close().packs.keys.map(\.ordinal).sorted() }

    private func submit(_ ordinals: ClosedRange<Int>, to commits: PackCommits, _ repositories: [Repository]) throws {
        for ordinal in ordinals {
            let pack = required(PackID(backup: BackupStage.id(1), ordinal: ordinal))
            let writer = RepositoryWriter(
                repositories, key: RepositoryLayout.key(of: pack, in: WAL.cluster), patience: .full, until: .never)
            try writer.write(FrozenBlock(freezing: Block(copying: [1, 2, 3]), pool: nil))
            commits.submit(writer, JournalFrame(pack: pack, packByteCount: 3, chapters: [], blocks: []))
        }
    }

    @Test func everyPackIsRecordedOnceItIsDurable() throws {
        let store = MemoryStore()
        let repositories = [WAL.repository(store)]
        let commits = PackCommits(
            BackupTargets(repositories), ledger: ledger, journal: journal(), failure: failure, underWayMax: 3)
        try submit(1...50, to: commits, repositories)
        commits.join()
        #expect(recorded == Array(1...50) && journalled == recorded)
        #expect(ledger.close().counts.stored == 150)
    }

    /// A thread that has ended keeps its stack until it is joined: thousands of packs must not need thousands of them.
    @Test func thousandsOfPacksNeedFewThreads() throws {
        let repositories = [WAL.repository(MemoryStore())]
        let commits = PackCommits(
            BackupTargets(repositories), ledger: ledger, journal: nil, failure: failure, underWayMax: 4)
        // The fifth thread is refused: nobody asks for it.
        let (result, reached) = SyscallFaults.failing(nth: 5, errno: .wouldBlock, only: ["pthread_create"]) {
            Result { try submit(1...2000, to: commits, repositories) }
        }
        try result.get().get()
        #expect(!reached)
        commits.join()
        #expect(recorded.count == 2000)
    }

    @Test(arguments: 1...3) func withoutThreadsTheCallerCommits(nth: Int) throws {
        let repositories = [WAL.repository(MemoryStore())]
        let commits = PackCommits(
            BackupTargets(repositories), ledger: ledger, journal: nil, failure: failure, underWayMax: 4)
        let (result, _) = SyscallFaults.failing(nth: nth, errno: .wouldBlock, only: ["pthread_create"]) {
            Result { try submit(1...40, to: commits, repositories) }
        }
        try result.get().get()
        commits.join()
        #expect(recorded == Array(1...40))
    }

    @Test func noMoreThanSoManyAreOnTheirWay() throws {
        let most = Gate((now: 0, most: 0))
        let store = InFlightStore(MemoryStore()) { (_) throws(StoreError) in
            most.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
            Clock.sleep(seconds: 0.002)
            most.withLock { $0.now -= 1 }
        }
        let repositories = [WAL.repository(store)]
        let commits = PackCommits(
            BackupTargets(repositories), ledger: ledger, journal: nil, failure: failure, underWayMax: 2)
        let results = try inParallel(4) { number in
            try submit(number * 10 + 1...number * 10 + 10, to: commits, repositories)
        }
        for result in results { try result.get() }
        commits.join()
        #expect(recorded.count == 40)
        #expect(most.withLock { $0.most } <= 2)
    }

    @Test func aRequiredRepositoryThatFailsIsRememberedAndNothingElseRecorded() throws {
        let bad = FaultyStore(MemoryStore("bad"), .before, only: [.create]) { $0 >= 4 }
        let repositories = [WAL.repository(MemoryStore("good"), "good"), WAL.repository(bad, "bad")]
        let commits = PackCommits(
            BackupTargets(repositories), ledger: ledger, journal: journal(), failure: failure, underWayMax: 1)
        try submit(1...10, to: commits, repositories)
        commits.join()
        #expect(recorded == [1, 2, 3] && journalled == recorded)
        #expect(failure.error?.cause.contains("repository \"bad\"") == true)
        #expect(bad.faultCount == 1, "what would be of no use is not tried")
    }

    /// The journal says that all packs are in all repositories: without one of them it ends.
    @Test func aBestEffortRepositoryThatFailsIsLeftOutAndTheJournalEnds() throws {
        let (one, other) = (MemoryStore("good"), MemoryStore("bad"))
        let bad = FaultyStore(other, .before, only: [.create]) { $0 == 4 }
        let repositories = [WAL.repository(one, "good"), WAL.repository(bad, "bad", isRequired: false)]
        let targets = BackupTargets(repositories)
        let commits = PackCommits(targets, ledger: ledger, journal: journal(), failure: failure, underWayMax: 1)
        try submit(1...10, to: commits, repositories)
        commits.join()
        try failure.check()
        #expect(recorded == Array(1...10) && journalled == [1, 2, 3])
        #expect(targets.active.map(\.name) == ["good"] && targets.warnings.count == 1)
    }
}
