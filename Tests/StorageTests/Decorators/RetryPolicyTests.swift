import Storage
import Testing

@Suite struct RetryPolicyTests {
    private let policy = RetryPolicy()

    private func error(_ code: StoreError.Code, retryAfter: Double? = nil) -> StoreError {
        StoreError(code, .read, "key", cause: "trouble", retryAfterSeconds: retryAfter)
    }

    private func verdict(
        _ error: StoreError, tries: Int, damaged: Int = 0, remaining: Double = .infinity, random: Double = 0.5
    ) -> RetryPolicy.Verdict {
        policy.verdict(
            .init(
                error: error, triesMade: tries, damagedTries: damaged, remainingSeconds: remaining, random: random))
    }

    @Test func ceilingsDouble() {
        let ceilings = (1...11).map { policy.ceilingSeconds(afterTries: $0) }
        #expect(ceilings == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30, 30, 30])
        #expect(policy.ceilingSeconds(afterTries: .max) == 30)
        #expect(policy.ceilingSeconds(afterTries: 0) == 0.2)
    }

    @Test func jitterIsFull() {
        #expect(verdict(error(.unreachable), tries: 4, random: 0) == .retry(afterSeconds: 0))
        #expect(verdict(error(.unreachable), tries: 4, random: 0.5) == .retry(afterSeconds: 0.8))
        #expect(verdict(error(.unreachable), tries: 400, random: 0.5) == .retry(afterSeconds: 15))
    }

    @Test func whatIsNotRetryablePasses() {
        for code in StoreError.Code.allCases {
            let error = error(code)
            #expect((verdict(error, tries: 1) == .giveUp) != error.isRetryable, "\(code)")
        }
    }

    @Test func retryAfterIsHonoured() {
        #expect(verdict(error(.throttled, retryAfter: 7), tries: 1) == .retry(afterSeconds: 7.1))
        #expect(verdict(error(.throttled, retryAfter: 0), tries: 1) == .retry(afterSeconds: 0.1))
        #expect(verdict(error(.throttled, retryAfter: 3_600), tries: 1) == .retry(afterSeconds: 60.1))
        #expect(verdict(error(.throttled, retryAfter: -5), tries: 1) == .retry(afterSeconds: 0.1))
        #expect(verdict(error(.throttled, retryAfter: 7), tries: 1, remaining: 6) == .giveUp)
    }

    @Test func theLastWaitIsCutShort() {
        #expect(verdict(error(.timedOut), tries: 20, remaining: 4) == .retry(afterSeconds: 2))
        #expect(verdict(error(.timedOut), tries: 20, remaining: 0) == .giveUp)
        #expect(verdict(error(.timedOut), tries: 20, remaining: -1) == .giveUp)
        #expect(verdict(error(.throttled, retryAfter: 3), tries: 20, remaining: 4) == .retry(afterSeconds: 3.5))
    }

    @Test func damageIsTriedThreeTimes() {
        #expect(verdict(error(.damaged), tries: 1, damaged: 1) == .retry(afterSeconds: 0.1))
        #expect(verdict(error(.damaged), tries: 2, damaged: 2) == .retry(afterSeconds: 0.2))
        #expect(verdict(error(.damaged), tries: 3, damaged: 3) == .giveUp)
        #expect(verdict(error(.damaged), tries: 9, damaged: 1) != .giveUp)
    }
}
