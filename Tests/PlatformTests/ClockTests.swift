import Platform
import Testing

@Suite struct ClockTests {
    @Test func monotonicClockDoesNotGoBack() {
        let first = Clock.monotonicNanoseconds()
        #expect(Clock.monotonicNanoseconds() >= first)
    }

    @Test func wallClockIsAfterTheFirstCommit() {
        #expect(Clock.now().iso8601() > "2025")
    }

    @Test func sleepsUntilTheDeadline() {
        let deadline = Deadline.after(seconds: 0.001)
        Clock.sleep(until: deadline)
        #expect(deadline.hasPassed)
        Clock.sleep(seconds: -1)
        Clock.sleep(seconds: .nan)
    }
}
