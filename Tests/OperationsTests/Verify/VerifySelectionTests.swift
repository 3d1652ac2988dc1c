import Format
import Operations
import Testing

@testable import Operations

@Suite struct VerifySelectionTests {
    /// Items of a hundred bytes with these checks; times in seconds before now.
    private func items(_ ages: [Int64?], level: VerifyLevel = .content) -> [VerifyItem] {
        zip(WAL.segments(ages.count), ages).map { segment, age in
            VerifyItem(
                place: .wal(WAL.cluster, WAL.system, .segment(segment)), byteCount: 100, fingerprint: 0,
                check: age.map { VerifyCheck(level: level, milliseconds: 1_000_000 - $0 * 1000) })
        }
    }

    private func choice(
        _ items: [VerifyItem], ageMax: Double? = nil, percent: Double? = nil, seed: UInt64 = 1
    ) -> VerifySelection.Choice {
        VerifySelection(level: .content, now: 1_000_000, ageMax: ageMax, percent: percent, seed: seed)
            .choose(among: items.indices, of: items)
    }

    @Test func withoutAnAgeEverythingIsDue() {
        #expect(choice(items([nil, 1, 100])).chosen == [0, 1, 2])
    }

    @Test func whatWasLookedAtWithinTheAgeIsFresh() {
        let choice = choice(items([nil, 1, 100, 99, 101]), ageMax: 100)
        #expect(choice.chosen == [0, 4])
        #expect(choice.fresh == [1, 2, 3])
    }

    @Test func aLookAtTheStructureIsNotEnough() {
        #expect(choice(items([1, 2], level: .structure), ageMax: 100).chosen == [0, 1])
    }

    @Test func theOldestGoFirst() {
        let choice = choice(items([5, nil, 50, 20, nil]), percent: 60)
        #expect(choice.chosen == [1, 2, 4])
        #expect(choice.left == [0, 3])
    }

    @Test func amongEqualsTheSeedDecides() {
        let all = items(Array(repeating: nil, count: 40))
        let one = choice(all, percent: 10, seed: 1).chosen
        #expect(one.count == 4)
        #expect(one == choice(all, percent: 10, seed: 1).chosen)
        #expect(one != choice(all, percent: 10, seed: 2).chosen)
    }

    @Test func atLeastOneIsTaken() {
        #expect(choice(items([nil, nil, nil]), percent: 0.001).chosen.count == 1)
        #expect(choice([], percent: 5).chosen == [])
        #expect(choice(items([nil, nil]), percent: 100).chosen == [0, 1])
    }

    /// A share of the bytes, not of the number.
    @Test func largeObjectsCountForMore() {
        var all = items([nil, 1, 2, 3])
        all[0] = VerifyItem(place: all[0].place, byteCount: 10_000, fingerprint: 0)
        #expect(choice(all, percent: 50).chosen == [0])
    }
}
