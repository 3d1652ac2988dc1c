import TestSupport
import Testing

@testable import Operations

@Suite struct PrefetchPaceTests {
    @Test(arguments: [
        // prefetch, MiB of a segment, first, limit
        (8, 16, 8, 8), (3, 16, 3, 3), (1, 16, 1, 1), (8, 1, 8, 128), (3, 1, 3, 48), (256, 1, 256, 256),
        (8, 64, 2, 2), (8, 1024, 2, 2), (1, 1024, 1, 1), (256, 64, 64, 64),
    ])
    func theBoundIsInBytes(prefetch: Int, mebibytes: UInt64, first: Int, limit: Int) {
        let pace = PrefetchPace(prefetch: prefetch, segmentBytes: mebibytes << 20)
        #expect(pace.ahead == first && pace.limit == limit)
    }

    private func taking(_ count: Int, every seconds: Double, fetch: Double, limit: Int = 100) -> PrefetchPace {
        var pace = PrefetchPace(first: 4, limit: limit)
        pace.fetched(seconds: fetch)
        for number in 0..<count { pace.took(1, at: 50 + Double(number) * seconds) }
        return pace
    }

    @Test func coversWhatIsTakenWhileOneComes() {
        #expect(taking(20, every: 0.05, fetch: 0.4).ahead == 17)
        #expect(taking(20, every: 0.05, fetch: 0.4, limit: 10).ahead == 10)
        #expect(taking(20, every: 1, fetch: 0.1).ahead == 4, "never fewer than in the beginning")
        #expect(taking(3, every: 0.01, fetch: 1).ahead == 4, "three say nothing yet")
        var pace = taking(20, every: 0.05, fetch: 0.4)
        for number in 0..<9 { pace.took(1, at: 60 + Double(number)) }
        #expect(pace.ahead == 4, "it became slow")
    }

    @Test func severalAtOnceCount() {
        var pace = PrefetchPace(first: 1, limit: 100)
        pace.fetched(seconds: 0.5)
        pace.took(100, at: 1)
        #expect(pace.ahead == 1, "all at one moment: no speed")
        pace.took(5, at: 1.5)
        #expect(pace.ahead == 17)
    }

    @Test func oneSlowFetchIsNotTheMean() {
        var pace = taking(20, every: 0.1, fetch: 0.1)
        pace.fetched(seconds: 0.44)
        #expect(pace.ahead == 5)
        for _ in 0..<40 { pace.fetched(seconds: 0.44) }
        #expect(pace.ahead == 10)
    }

    @Test func doublesWhenTheServerHadToWait() {
        var pace = PrefetchPace(first: 3, limit: 20)
        var seen: [Int] = []
        for _ in 0..<5 {
            pace.starved()
            seen.append(pace.ahead)
        }
        #expect(seen == [6, 12, 20, 20, 20])
    }
}
