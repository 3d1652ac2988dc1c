import Platform
import Storage
import Testing

@Suite struct ServerClockTests {
    private static let local = UnixTime(httpDate: "Sun, 06 Nov 1994 08:49:37 GMT") ?? UnixTime(seconds: 0)
    private static let hourAhead = "Sun, 06 Nov 1994 09:49:37 GMT"
    private static let secondsAhead = "Sun, 06 Nov 1994 08:49:47 GMT"
    private let clock = ServerClock(local: { ServerClockTests.local })

    private var offset: Double { clock.now.seconds(since: Self.local) }

    @Test func firstAnswerCorrects() {
        #expect(offset == 0)
        clock.observe(date: nil)
        clock.observe(date: "yesterday")
        #expect(offset == 0)
        clock.observe(date: Self.hourAhead)
        #expect(offset == 3600)
        // Later dates may come from anywhere.
        clock.observe(date: "Sun, 06 Nov 1994 12:49:37 GMT")
        #expect(offset == 3600)
    }

    @Test func smallDifferencesAreTransit() {
        clock.observe(date: Self.secondsAhead)
        #expect(offset == 0)
    }

    @Test func refusedTimeIsAdopted() {
        clock.observe(date: Self.secondsAhead)
        #expect(clock.adopt(date: Self.hourAhead, signed: Self.local))
        #expect(offset == 3600)
        // Another thread's request, signed before that.
        #expect(clock.adopt(date: Self.hourAhead, signed: Self.local))
        #expect(!clock.adopt(date: Self.hourAhead, signed: clock.now))
        #expect(!clock.adopt(date: nil, signed: Self.local))
        #expect(clock.adopt(date: "Sun, 06 Nov 1994 07:49:37 GMT", signed: Self.local))
        #expect(offset == -3600)
    }
}
