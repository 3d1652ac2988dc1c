import Format
import Testing

@Suite struct TimelineIDTests {
    @Test func isNeverZero() {
        #expect(TimelineID(rawValue: 0) == nil)
        #expect(TimelineID(fileText: "00000000") == nil)
    }

    @Test func printsDecimalAndAsInFileNames() throws {
        let timeline = try #require(TimelineID(rawValue: 26))
        #expect(timeline.description == "26")
        #expect(timeline.fileText == "0000001A")
        #expect(TimelineID(fileText: timeline.fileText) == timeline)
    }

    @Test(arguments: ["", "1", "0000001a", "000000001", "0000001G", "+0000001", " 0000001"])
    func refusesOtherTexts(text: String) {
        #expect(TimelineID(fileText: text) == nil)
    }
}
