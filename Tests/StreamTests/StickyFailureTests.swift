import Stream
import Testing

@Suite struct StickyFailureTests {
    private struct Failure: Error, Equatable {
        let number: Int
    }

    @Test func keepsTheFirst() {
        let failure = StickyFailure<Failure>()
        #expect(failure.error == nil)
        #expect(throws: Never.self) { try failure.check() }
        #expect(failure.record(Failure(number: 1)))
        #expect(!failure.record(Failure(number: 2)))
        #expect(failure.error == Failure(number: 1))
        #expect(throws: Failure(number: 1)) { try failure.check() }
    }
}
