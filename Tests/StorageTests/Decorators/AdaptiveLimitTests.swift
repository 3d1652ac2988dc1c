import Storage
import Testing

@Suite struct AdaptiveLimitTests {
    /// What the limit is after each of the events: `+` a success with all calls under way, `.` one with fewer, `!` a
    /// call begun now that is throttled.
    private func transcript(_ events: String, first: Int, most: Int) -> [Int] {
        var limit = AdaptiveLimit(first: first, most: most)
        return events.map { event in
            switch event {
            case "+": limit.succeeded(callsUnderWay: limit.current)
            case ".": limit.succeeded(callsUnderWay: limit.current - 1)
            default: limit.throttled(begunAt: limit.start)
            }
            return limit.current
        }
    }

    @Test func growsByOneForEverySuccessInTheBeginning() {
        #expect(transcript("+++++++", first: 2, most: 8) == [3, 4, 5, 6, 7, 8, 8])
    }

    @Test func doesNotGrowWhenNobodyWaits() {
        #expect(transcript("....", first: 2, most: 8) == [2, 2, 2, 2])
    }

    @Test func halvesWhenThrottledAndGrowsSlowlyThen() {
        #expect(transcript("!", first: 16, most: 16) == [8])
        // Four successes are a round at four, and then it takes five.
        #expect(transcript("!" + "++++" + "++++++", first: 8, most: 8) == [4, 4, 4, 4, 4, 5, 5, 5, 5, 5, 6])
    }

    @Test func neverBelowOneNorAboveTheMost() {
        #expect(transcript("!!!!", first: 3, most: 3) == [1, 1, 1, 1])
        #expect(AdaptiveLimit(first: 0, most: 0).current == 1)
        #expect(AdaptiveLimit(first: 9, most: 4).current == 4)
    }

    @Test func callsBegunBeforeAReductionSayNothingNew() {
        var limit = AdaptiveLimit(first: 16, most: 16)
        let before = limit.start
        for _ in 0..<5 { limit.throttled(begunAt: before) }
        #expect(limit.current == 8)
        limit.throttled(begunAt: limit.start)
        #expect(limit.current == 4)
    }
}
