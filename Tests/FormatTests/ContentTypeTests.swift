import Format
import Testing

struct ContentTypeTests {
    @Test(arguments: [
        "application/sql", "text/plain; charset=\"utf-8\"", "application/vnd.x+json;a=b", "a/b", "text/plain ;q=\\",
    ])
    func takes(_ text: String) {
        #expect(ContentType(text)?.description == text)
    }

    @Test(arguments: [
        "", "sql", "/", "a/", "/b", "a/b/c", " a/b", "a b/c", "a/\u{e9}", "a/b\n", "a/b;\t", "a/b\u{7f}", "(a)/b",
        "text/" + String(repeating: "x", count: ContentType.byteCountMax),
    ])
    func refuses(_ text: String) {
        #expect(ContentType(text) == nil)
    }
}
