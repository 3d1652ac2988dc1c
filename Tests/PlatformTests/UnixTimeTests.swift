import Platform
import Testing

@Suite struct UnixTimeTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"), (951_782_399, "2000-02-28T23:59:59Z"),
        (951_782_400, "2000-02-29T00:00:00Z"), (951_868_800, "2000-03-01T00:00:00Z"),
        (4_107_542_399, "2100-02-28T23:59:59Z"), (4_107_542_400, "2100-03-01T00:00:00Z"),
        (1_795_226_400, "2026-11-21T02:00:00Z"), (253_402_300_799, "9999-12-31T23:59:59Z"),
        (-62_167_219_200, "0000-01-01T00:00:00Z"),
    ])
    func showsAndReadsTheSameMoment(seconds: Int64, text: String) {
        #expect(UnixTime(seconds: seconds).iso8601() == text)
        #expect(UnixTime(iso8601: text) == UnixTime(seconds: seconds))
    }

    /// Every day of two 400-year cycles, so every kind of year and both ends of every month.
    @Test func countsDaysWithoutGapOrRepetition() {
        for day in Int64(-146_097)..<146_097 {
            let time = UnixTime(seconds: day * 86_400)
            guard UnixTime(iso8601: time.iso8601()) != time else { continue }
            Issue.record("day \(day) reads back as another: \(time.iso8601())")
            return
        }
    }

    @Test func showsYearsOutOfRangeAsTheNearest() {
        #expect(UnixTime(seconds: .max).iso8601() == "9999-12-31T23:59:59Z")
        #expect(UnixTime(seconds: .min).iso8601() == "0000-01-01T00:00:00Z")
    }

    @Test func basicFormHasNoSeparators() {
        #expect(UnixTime(seconds: 1_795_226_400).basicISO() == "20261121T020000Z")
    }

    @Test func readsFractions() {
        #expect(UnixTime(iso8601: "1970-01-01T00:00:01.5Z") == UnixTime(seconds: 1, nanoseconds: 500_000_000))
        #expect(
            UnixTime(iso8601: "1970-01-01T00:00:00.1234567891234Z") == UnixTime(seconds: 0, nanoseconds: 123_456_789))
    }

    @Test func readsHTTPDates() {
        #expect(UnixTime(httpDate: "Sun, 06 Nov 1994 08:49:37 GMT") == UnixTime(seconds: 784_111_777))
        #expect(UnixTime(httpDate: "Sat, 31 Dec 2016 23:59:60 GMT") == UnixTime(seconds: 1_483_228_800))
    }

    @Test(arguments: [
        "", "Sun, 06 Nov 1994 08:49:37", "Sun, 6 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, 06 Now 1994 08:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 06 Nov +994 08:49:37 GMT",
    ])
    func refusesOtherHTTPDates(text: String) {
        #expect(UnixTime(httpDate: text) == nil)
    }

    @Test(arguments: [
        "", "1970-01-01", "1970-01-01T00:00:00", "1970-01-01T00:00:00+00:00", "1970-13-01T00:00:00Z",
        "1970-00-01T00:00:00Z", "1971-02-29T00:00:00Z", "1970-01-01T00:00:00.Z", "1970-01-01T00:00:00Zx",
        "٠٠٠٠-01-01T00:00:00Z", "197-01-01T00:00:00Z",
    ])
    func refusesOtherTexts(text: String) {
        #expect(UnixTime(iso8601: text) == nil)
    }

    @Test func ordersBySecondsThenNanoseconds() {
        #expect(UnixTime(seconds: 1, nanoseconds: 2) < UnixTime(seconds: 1, nanoseconds: 3))
        #expect(UnixTime(seconds: -1, nanoseconds: 999_999_999) < UnixTime(seconds: 0))
        #expect(UnixTime(seconds: 3, nanoseconds: 500_000_000).seconds(since: UnixTime(seconds: 1)) == 2.5)
    }
}
