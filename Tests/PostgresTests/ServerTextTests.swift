import Testing

@testable import Postgres

@Suite struct ServerTextTests {
    @Test(arguments: [
        ("", ""), ("plain", "plain"), ("ends here.\n", "ends here"), (" a  b\tc ", "a b c"),
        ("one\ntwo\r\nthree", "one; two; three"),
        ("failed: no\n\tIs it running?", "failed: no; Is it running?"),
        ("closed\n\tThis means the end\n\tbefore or after.\n", "closed; This means the end before or after"),
        ("\u{1B}[31mred", "[31mred"),
    ])
    func isOneLine(text: String, line: String) {
        #expect(ServerText.line(text) == line)
    }

    @Test func isBounded() {
        #expect(ServerText.line(String(repeating: "ä", count: 10_000)).count == 500)
    }
}
