import Platform
import TestSupport
import Testing

@testable import Operations

@Suite struct RateLimitTests {
    private func seconds(_ body: () throws -> Void) rethrows -> Double {
        let start = Clock.monotonicNanoseconds()
        try body()
        return Double(Clock.monotonicNanoseconds() - start) / 1e9
    }

    /// With any limit at all the second call would wait for centuries.
    @Test func withoutALimitNobodyWaits() {
        let limit = RateLimit(bytesPerSecond: nil)
        for _ in 0..<2 { limit.wait(byteCount: .max) }
    }

    /// A second's worth of credit, then as many bytes as the rate says, whoever asks.
    @Test func allThreadsTogetherKeepTheRate() throws {
        let limit = RateLimit(bytesPerSecond: 1_000_000)
        let taken = try seconds {
            for result in try inParallel(4, { _ in for _ in 0..<5 { limit.wait(byteCount: 70_000) } }) {
                try result.get()
            }
        }
        // 1.4 million bytes, the last 70,000 of which nobody waits for, less the credit of a million.
        #expect(taken >= 0.3)
    }
}
