import Codec
import Format
import Operations
import Platform
import Storage
import TestSupport
import Testing

@testable import Operations

@Suite struct ObjectCopyTests {
    private let name = WAL.first
    private var key: ObjectKey { WAL.key(name) }
    private let source = WAL.founded("source")
    private let target = WAL.founded("target")

    private func copy(
        from sources: [any Store]? = nil, to target: (any Store)? = nil, identities: [Identity] = []
    ) throws -> ObjectCopy.Outcome {
        let comparison = ContentComparison(signers: [Cast.host.signer]) { () throws(OperationError) in
            do { return try Cast.openPipeline(identities) } catch {
                throw error as? OperationError ?? fault("\(error)")
            }
        }
        let repositories = (sources ?? [source]).map { WAL.repository($0, $0.description) }
        let copy = ObjectCopy(
            to: WAL.repository(target ?? self.target, "target"), from: repositories, comparison: comparison, lanes: 1)
        return try copy.copy(key, until: .after(seconds: 60)) { (source) throws(OperationError) in
            try source.requireSystem(WAL.system, of: WAL.cluster, until: .after(seconds: 60))
        }
    }

    private func fill(_ store: MemoryStore, seed: UInt64 = 1, _ parameters: SealParameters? = nil) throws {
        try WAL.store(WAL.octets(name, seed: seed), as: key, in: store, parameters)
    }

    private func expectError(_ code: OperationError.Code, _ body: () throws -> Void) {
        let error = #expect(throws: OperationError.self) { try body() }
        #expect(error?.code == code)
    }

    @Test func copiesByteForByte() throws {
        try fill(source)
        #expect(try copy() == .copied)
        #expect(target.octets(of: key) == source.octets(of: key))
        #expect(try copy() == .alreadyThere)
        #expect(target.uploadsInProgress == 0)
    }

    /// Incompressible, larger than the pieces it is read in and than the parts it is written in.
    @Test func copiesLargeObjects() throws {
        var random = SeededRandom(seed: 4, name: "copy")
        let octets = random.octets(5_000_000)
        try WAL.store(octets, as: key, in: source)
        #expect(try copy() == .copied)
        #expect(target.octets(of: key) == source.octets(of: key))
    }

    @Test func takesWhicheverSourceHasIt() throws {
        let second = WAL.founded("second")
        try fill(second)
        let broken = FaultyStore(source, .before) { _ in true }
        #expect(try copy(from: [source, second]) == .copied)
        target.plant(nil, at: key)
        #expect(try copy(from: [broken, second]) == .copied)
        second.plant(nil, at: key)
        target.plant(nil, at: key)
        expectError(.unavailable) { _ = try copy(from: [broken, second]) }
    }

    @Test func missingIsSaidBySourcesThatMaySo() throws {
        #expect(try copy() == .missing)
        expectError(.configuration) { _ = try copy(from: [MemoryStore("not set up")]) }
    }

    @Test func aSourceThatIsDamagedIsNotCopied() throws {
        try fill(source)
        let octets = try #require(source.octets(of: key))
        for damaged in [Array(octets.dropLast()), Array(octets.dropFirst()), octets + [1], [], [1, 2, 3]] {
            source.plant(damaged, at: key)
            expectError(.damaged) { _ = try copy() }
            #expect(target.octets(of: key) == nil && target.uploadsInProgress == 0)
        }
        let second = WAL.founded("second")
        try fill(second)
        #expect(try copy(from: [source, second]) == .copied)
    }

    @Test func theSameContentSealedAnewIsTheSame() throws {
        try fill(source)
        try fill(target)
        let before = target.octets(of: key)
        #expect(before != source.octets(of: key))
        #expect(try copy() == .alreadyThere)
        #expect(target.octets(of: key) == before)
        // Under another digest key it takes reading.
        target.plant(nil, at: key)
        try fill(target, try Cast.sealing(digestKey: Cast.otherDigestKey))
        #expect(try copy(identities: [Cast.alice]) == .alreadyThere)
        expectError(.differentContent) { _ = try copy() }
    }

    @Test func otherContentIsNeverOverwritten() throws {
        try fill(source)
        try fill(target, seed: 2)
        let before = target.octets(of: key)
        expectError(.differentContent) { _ = try copy() }
        #expect(target.octets(of: key) == before)
    }

    /// Whichever call fails, before or after its effect: the next try finds or makes the copy.
    @Test(arguments: FaultyStore.Moment.allCases)
    func anyCallMayFail(moment: FaultyStore.Moment) throws {
        try fill(source)
        for nth in 1... {
            target.plant(nil, at: key)
            let calls = Gate(0)
            let strike: @Sendable (Int) -> Bool = { _ in
                calls.withLock { calls in
                    calls += 1
                    return calls == nth
                }
            }
            let result = Result {
                try copy(
                    from: [FaultyStore(source, moment, when: strike)], to: FaultyStore(target, moment, when: strike))
            }
            #expect([nil, source.octets(of: key)].contains(target.octets(of: key)))
            #expect([.copied, .alreadyThere].contains(try copy()))
            #expect(target.octets(of: key) == source.octets(of: key))
            guard calls.withLock({ $0 }) >= nth else {
                _ = try result.get()
                #expect(nth > 2)
                break
            }
        }
    }
}

@Suite struct WALDifferenceTests {
    private let source = WAL.founded("source")
    private let target = WAL.founded("target")

    private func missing(limit: Int = .max) throws -> [String] {
        var found: [String] = []
        let difference = WALDifference(
            source: WAL.repository(source), target: WAL.repository(target), cluster: WAL.cluster)
        let isAll = try difference.forEachMissing(until: .never) { file in
            found.append("\(file.name)")
            return found.count < limit
        }
        #expect(isAll == (found.count < limit))
        return found
    }

    private func plant(_ names: [String], in stores: [MemoryStore]) {
        for store in stores { for name in names { store.plant([1], at: WAL.key(WAL.name(name))) } }
    }

    @Test func findsWhatTheTargetLacks() throws {
        let names = WAL.segments(2500).map { "\($0)" }
        plant(names, in: [source])
        plant(names.enumerated().filter { $0.offset % 3 == 0 }.map(\.element), in: [target])
        plant(["00000002.history", "00000003.history"], in: [source])
        plant(["00000003.history"], in: [target])
        let wanted = names.enumerated().filter { $0.offset % 3 != 0 }.map(\.element) + ["00000002.history"]
        #expect(try missing() == wanted)
        #expect(try missing(limit: 5) == Array(wanted.prefix(5)))
    }

    @Test func whatIsOlderThanTheTargetIsLeftOut() throws {
        let names = WAL.segments(6)
        let switched = WAL.segments(6).map { $0.on(required(TimelineID(rawValue: 2))) }
        plant(names.map { "\($0)" } + switched.map { "\($0)" }, in: [source])
        plant(["\(names[2])"], in: [target])
        #expect(try missing() == (names[3...] + switched[2...]).map { "\($0)" })
        target.plant(nil, at: WAL.key(names[2]))
        #expect(try missing().count == 12, "an empty one gets everything")
    }

    @Test func theWrongPlaceIsNotAnEmptyOne() throws {
        source.plant(nil, at: WAL.systemKey)
        #expect(throws: OperationError.self) { _ = try missing() }
    }
}
