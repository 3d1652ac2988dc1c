import Format
import Operations
import Platform
import Storage
import TestSupport
import Testing

@testable import Operations

@Suite struct BacklogCopierTests {
    private let host: Host
    private let source = WAL.founded("source")
    private let target = WAL.founded("far")
    private let notes = Notes()

    init() throws { host = try Host() }

    /// What a copier has said.
    private final class Notes: Sendable {
        private let all = Gate((states: [BacklogCopier.State](), warnings: [String]()))
        func add(_ state: BacklogCopier.State) { all.withLock { $0.states.append(state) } }
        func add(_ warning: String) { all.withLock { $0.warnings.append(warning) } }
        var warnings: [String] { all.withLock { $0.warnings } }
        var last: BacklogCopier.State? { all.withLock { $0.states.last } }
    }

    private func file(limit: Int) throws -> BacklogFile {
        let (configuration, cluster) = try host.configuration(["local", "far"], bestEffort: ["far"])
        return BacklogFile(
            stateDirectory: cluster.stateDirectory, cluster: cluster.name, repository: configuration.repositories[1],
            limit: limit)
    }

    private func copier(
        to store: (any Store)? = nil, from other: (any Store)? = nil, limit: Int = 100
    ) throws -> BacklogCopier {
        let repository = WAL.repository(store ?? target, "far", isRequired: false)
        let sources = [WAL.repository(other ?? source, "local")]
        let comparison = ContentComparison(signers: []) { () throws(OperationError) in throw fault("no identity") }
        let notes = notes
        return BacklogCopier(
            ObjectCopy(to: repository, from: sources, comparison: comparison, lanes: BacklogCopier.lanes),
            differences: sources.map { WALDifference(source: $0, target: repository, cluster: WAL.cluster) },
            file: try file(limit: limit), cluster: WAL.cluster,
            requireSystem: { (system, deadline) throws(OperationError) in
                try repository.requireSystem(system, of: WAL.cluster, until: deadline)
            },
            onChange: { notes.add($0) }, onWarning: { notes.add($0) })
    }

    private func archive(_ names: [SegmentName]) throws {
        for name in names { try WAL.store(WAL.octets(name), as: WAL.key(name), in: source) }
    }

    private func add(_ names: [SegmentName], to copier: BacklogCopier) throws {
        try copier.add(names.map { .segment($0) }, of: WAL.system)
    }

    private func hasAll(_ names: [SegmentName]) -> Bool {
        names.allSatisfy { target.octets(of: WAL.key($0)) == source.octets(of: WAL.key($0)) }
    }

    private func stop(_ copier: BacklogCopier) { #expect(copier.stop(until: .after(seconds: 60))) }

    @Test func copiesWhatIsAdded() throws {
        let names = WAL.segments(5)
        try archive(names)
        let copier = try copier()
        try copier.start()
        try add(Array(names[..<2]), to: copier)
        try add(names, to: copier)
        #expect(eventually { hasAll(names) && copier.state.count == 0 })
        stop(copier)
        #expect(copier.state == BacklogCopier.State() && notes.last == copier.state && notes.warnings.isEmpty)
        #expect(try file(limit: 100).load().isEmpty)
    }

    /// Nothing is forgotten by a process that ends before it has copied anything.
    @Test func goesOnWhereAnotherEnded() throws {
        let names = WAL.segments(4)
        try archive(names)
        try add(names, to: try copier())
        let copier = try copier()
        #expect(copier.state.count == 4)
        try copier.start()
        #expect(eventually { hasAll(names) })
        stop(copier)
        #expect(try file(limit: 100).load().isEmpty)
    }

    /// Also what another process has noted while this one runs.
    @Test func takesWhatOthersNote() throws {
        let names = WAL.segments(2)
        try archive(names)
        let copier = try copier()
        try copier.start()
        let file = try file(limit: 100)
        try file.add(
            names.map { BacklogList.Entry(WALObjectName(system: WAL.system, name: .segment($0)), addedSeconds: 1) })
        #expect(eventually { hasAll(names) && file.load().isEmpty })
        stop(copier)
    }

    @Test func aRepositoryThatWasDownIsCaughtUpOldestFirst() throws {
        let names = WAL.segments(6)
        try archive(names)
        let isDown = Gate(true)
        let down = FaultyStore(target, .before, code: .unreachable) { _ in isDown.withLock { $0 } }
        let copier = try copier(to: down)
        try copier.start(lanes: 1)
        try add(names, to: copier)
        #expect(eventually { copier.state.lastTrouble != nil })
        #expect(copier.state.count == 6 && copier.state.oldestSeconds != nil)
        #expect(target.octets(of: WAL.key(names[0])) == nil)
        isDown.withLock { $0 = false }
        let isDone = eventually {
            let present = names.map { target.octets(of: WAL.key($0)) != nil }
            #expect(!zip(present, present.dropFirst()).contains { !$0 && $1 }, "\(present)")
            return present.last == true
        }
        #expect(isDone)
        #expect(eventually { copier.state == BacklogCopier.State() })
        stop(copier)
        #expect(notes.warnings.count == 1)
    }

    @Test func otherContentIsSetAside() throws {
        let names = WAL.segments(3)
        try archive(names)
        try WAL.store(WAL.octets(names[0], seed: 9), as: WAL.key(names[0]), in: target)
        let before = target.octets(of: WAL.key(names[0]))
        source.plant(nil, at: WAL.key(names[1]))
        let copier = try copier()
        try copier.start()
        try add(names, to: copier)
        #expect(eventually { copier.state.count == 0 })
        stop(copier)
        #expect(copier.state.asideCount == 2 && copier.state.lastTrouble == nil)
        #expect(target.octets(of: WAL.key(names[0])) == before)
        #expect(hasAll([names[2]]))
        #expect(notes.warnings.count == 2)
    }

    @Test func aRepositoryWithoutTheSystemGetsNothing() throws {
        let names = WAL.segments(1)
        try archive(names)
        target.plant(nil, at: WAL.systemKey)
        let copier = try copier()
        try copier.start()
        try add(names, to: copier)
        #expect(eventually { copier.state.lastTrouble != nil })
        #expect(target.octets(of: WAL.key(names[0])) == nil)
        target.plant([], at: WAL.systemKey)
        #expect(eventually { hasAll(names) })
        stop(copier)
    }

    @Test(arguments: [false, true])
    func anOverflowIsMadeGoodByListings(isRestarted: Bool) throws {
        let names = WAL.segments(40)
        try archive(names)
        let current = Gate<BacklogCopier?>(nil)
        // Nothing is copied while a listing finds more, which could else be slower than the copying is.
        let firstCount = isRestarted ? 0 : 1
        let slow = FaultyStore(source, .before, only: [.read]) { _ in
            let rounds = min(names.filter { target.octets(of: WAL.key($0)) != nil }.count / 7, 4)
            let overflows = { current.withLock { $0 }?.state.overflowCount ?? 0 }
            #expect(eventually { overflows() >= firstCount + rounds }, "found more than there was room for")
            return false
        }
        var copier = try copier(from: slow, limit: 7)
        for name in names { try add([name], to: copier) }
        #expect(copier.state.count == 7 && copier.state.overflowCount == 1)
        if isRestarted { copier = try self.copier(from: slow, limit: 7) }
        let last = copier
        current.withLock { $0 = last }
        try copier.start()
        #expect(eventually { hasAll(names) })
        #expect(eventually { (try? file(limit: 7).load().coverage) == .complete })
        stop(copier)
        current.withLock { $0 = nil }
        #expect(try file(limit: 7).load().isEmpty)
        // 33, 26, 19 and 12 were too many, 5 were not.
        #expect(copier.state.overflowCount == firstCount + 4)
    }

    /// Whichever call of either store fails, before or after its effect: in the end everything is there, in this
    /// process or in the next.
    @Test(arguments: FaultyStore.Moment.allCases, [1, 100])
    func anyCallMayFail(moment: FaultyStore.Moment, limit: Int) throws {
        let names = WAL.segments(2)
        try archive(names)
        for nth in 1...40 {
            for name in names { target.plant(nil, at: WAL.key(name)) }
            let calls = Gate(0)
            let strike: @Sendable (Int) -> Bool = { _ in
                calls.withLock { calls in
                    calls += 1
                    return calls == nth
                }
            }
            let faulty = try copier(
                to: FaultyStore(target, moment, when: strike), from: FaultyStore(source, moment, when: strike),
                limit: limit)
            try add(names, to: faulty)
            try faulty.start(lanes: 1)
            #expect(eventually { hasAll(names) || faulty.state.lastTrouble != nil })
            stop(faulty)
            let next = try copier(limit: limit)
            try next.start(lanes: 1)
            #expect(eventually { hasAll(names) && next.state.count == 0 })
            #expect(eventually { (try? file(limit: limit).load().coverage) == .complete })
            stop(next)
            #expect(try file(limit: limit).load().isEmpty)
            #expect(next.state.asideCount == 0 && faulty.state.asideCount == 0)
            guard calls.withLock({ $0 }) >= nth else { break }
        }
    }
}
