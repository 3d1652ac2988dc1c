import Codec
import Format
import Operations
import Platform
import TestSupport
import Testing

@testable import Operations

@Suite struct VerifyMemoryTests {
    private static let day: Int64 = 86_400

    private func items(_ count: Int) -> [VerifyItem] {
        WAL.segments(count).enumerated().map { index, segment in
            VerifyItem(
                place: .wal(WAL.cluster, WAL.system, .segment(segment)), byteCount: UInt64(index), fingerprint: 7,
                check: index % 3 == 0
                    ? nil : VerifyCheck(level: index % 2 == 0 ? .content : .structure, milliseconds: 5))
        }
    }

    private func memory(_ items: [VerifyItem], of repository: String = "r") -> [UInt8] {
        var memory = VerifyMemory(of: repository)
        for item in items { memory.append(item) }
        return memory.encode()
    }

    private func forgotten(_ items: [VerifyItem]) -> [VerifyItem] {
        items.map { VerifyItem(place: $0.place, byteCount: $0.byteCount, fingerprint: $0.fingerprint) }
    }

    @Test func whatIsRememberedIsRecalled() {
        let all = items(20)
        var found = forgotten(all)
        #expect(VerifyMemory.recall(memory(all), of: "r", now: 10, into: &found))
        #expect(found == all)
        #expect(!VerifyMemory.recall(memory(all), of: "another", now: 10, into: &found))
    }

    /// Objects that came and went are no reason to forget the others; those that changed are.
    @Test func onlyTheSameObjectCounts() {
        let all = items(20)
        var found = forgotten(all)
        found.remove(at: 4)
        found[7] = VerifyItem(place: found[7].place, byteCount: 99, fingerprint: 7)
        found[9] = VerifyItem(place: found[9].place, byteCount: found[9].byteCount, fingerprint: 8)
        #expect(VerifyMemory.recall(memory(all), of: "r", now: 10, into: &found))
        #expect(found[7].check == nil)
        #expect(found[9].check == nil)
        let others = found.indices.filter { $0 != 7 && $0 != 9 }
        #expect(others.allSatisfy { index in all.contains(found[index]) })
        var early = forgotten(all)
        #expect(VerifyMemory.recall(memory(all), of: "r", now: 4, into: &early))
        #expect(early == forgotten(all), "a check of the future is none")
    }

    @Test func aFileThatIsNotAsItWasWrittenCountsForNothing() {
        let all = items(12)
        let good = memory(all)
        for place in good.indices {
            var bad = good
            bad[place] ^= 0x21
            var found = forgotten(all)
            #expect(!VerifyMemory.recall(bad, of: "r", now: 10, into: &found), "byte \(place)")
            #expect(found == forgotten(all))
        }
        for count in 0..<good.count {
            var found = forgotten(all)
            #expect(!VerifyMemory.recall(Array(good.prefix(count)), of: "r", now: 10, into: &found))
        }
    }

    /// The whole way: what was read is skipped for a while, what was found wrong is forgotten.
    @Test func aSecondRunSkipsWhatTheFirstRead() throws {
        let fixture = try VerifyFixture()
        let directory = try TemporaryDirectory()
        let file = VerifyMemoryFile(stateDirectory: directory.path, repository: "local")
        let first = try fixture.verify(memory: file)
        let records = 6
        #expect(first.checked.objects == (try fixture.keys.count))

        let fresh = VerifyOptions(ageMax: Double(7 * Self.day))
        let later = UnixTime(seconds: VerifyFixture.now.seconds + Self.day)
        let second = try fixture.verify(fresh, memory: file, now: later)
        #expect(second.checked.objects == records)
        #expect(second.fresh.objects == first.checked.objects - records)
        #expect(second.oldest == VerifyFixture.now.seconds * 1000)

        let key = WAL.key(VerifyFixture.segments[0])
        let good = try #require(fixture.store.octets(of: key))
        var bad = good
        bad[bad.count / 2] ^= 1
        fixture.store.plant(bad, at: key)
        #expect(try fixture.verify(fresh, memory: file, now: later).isFine, "of the same size: not looked at")
        #expect(try !fixture.verify(memory: file, now: later).isFine)
        #expect(try !fixture.verify(fresh, memory: file, now: later).isFine, "found wrong, and so forgotten")
        fixture.store.plant(good, at: key)

        let week = UnixTime(seconds: VerifyFixture.now.seconds + 9 * Self.day)
        let third = try fixture.verify(fresh, memory: file, now: week)
        #expect(third.checked.objects == first.checked.objects)
    }

    @Test func aLookAtTheStructureDoesNotCountAsReading() throws {
        let fixture = try VerifyFixture()
        let directory = try TemporaryDirectory()
        let file = VerifyMemoryFile(stateDirectory: directory.path, repository: "local")
        let age = Double(7 * Self.day)
        _ = try fixture.verify(VerifyOptions(structureOnly: true), memory: file)
        #expect(try fixture.verify(VerifyOptions(structureOnly: true, ageMax: age), memory: file).fresh.objects > 0)
        #expect(try fixture.verify(VerifyOptions(ageMax: age), memory: file).fresh.objects == 0)
        #expect(try fixture.verify(VerifyOptions(structureOnly: true, ageMax: age), memory: file).fresh.objects > 0)
        _ = try fixture.verify(VerifyOptions(structureOnly: true), memory: file)
        #expect(try fixture.verify(VerifyOptions(ageMax: age), memory: file).fresh.objects > 0, "nor does it undo one")
    }

    @Test func samplesCoverEverythingInTheEnd() throws {
        let fixture = try VerifyFixture()
        let directory = try TemporaryDirectory()
        let file = VerifyMemoryFile(stateDirectory: directory.path, repository: "local")
        var never: [Int] = []
        for run in 0..<4 {
            let options = VerifyOptions(percent: 34, seed: UInt64(run))
            let now = UnixTime(seconds: VerifyFixture.now.seconds, nanoseconds: Int32(run) * 1_000_000)
            let report = try fixture.verify(options, memory: file, now: now)
            #expect(report.seed == UInt64(run))
            never.append(report.neverCount)
        }
        #expect(never.last == 0, "\(never)")
        #expect(never == never.sorted(by: >))
    }
}
