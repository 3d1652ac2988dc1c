import Platform
import Testing

@Suite struct DeadlineTests {
    @Test(arguments: [0, -1, -.infinity, .nan] as [Double])
    func isNowForWhatIsNotPositive(seconds: Double) {
        let deadline = Deadline.after(seconds: seconds)
        #expect(deadline.hasPassed)
        #expect(deadline.remainingSeconds == 0)
    }

    @Test(arguments: [1e12, .infinity, .greatestFiniteMagnitude] as [Double])
    func isNeverForWhatNobodyLivesToSee(seconds: Double) {
        #expect(Deadline.after(seconds: seconds) == .never)
    }

    @Test func neverDoesNotPass() {
        #expect(!Deadline.never.hasPassed)
        #expect(Deadline.never.remainingSeconds == .infinity)
    }

    @Test func countsDown() {
        let deadline = Deadline.after(seconds: 3600)
        #expect(!deadline.hasPassed)
        #expect(deadline.remainingSeconds > 0 && deadline.remainingSeconds <= 3600)
    }

    @Test func soonerIsTheOneThatComesFirst() {
        let (near, far) = (Deadline.after(seconds: 10), Deadline.after(seconds: 20))
        #expect(near.sooner(of: far) == near)
        #expect(far.sooner(of: near) == near)
        #expect(Deadline.never.sooner(of: far) == far)
    }
}
