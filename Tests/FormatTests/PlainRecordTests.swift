import Format
import TestSupport
import Testing

struct PlainRecordTests {
    @Test func readsWhatItWrites() {
        let record = PlainRecord(["b": .number(UInt64.max), "a": .text("x \"y\" \\ z"), "": .text("")])
        #expect(
            String(decoding: record.octets, as: UTF8.self) == #"{"":"","a":"x \"y\" \\ z","b":18446744073709551615}"#
                + "\n")
        #expect(read(record.octets) == record)
    }

    @Test func readsForeignSpacing() {
        let record = parse(" {\n \"system\" : \"7\" ,\t\"segmentBytes\":1048576 }\r\n")
        #expect(record?.text("system") == "7")
        #expect(record?.number("segmentBytes") == 1_048_576)
        #expect(record?.text("segmentBytes") == nil)
        #expect(record?.number("other") == nil)
    }

    @Test(arguments: [
        "", "{", "}", "[]", "null", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}", "{\"a\":1}x", "{\"a\":1 \"b\":2}",
        "{a:1}",
        "{\"a\":-1}", "{\"a\":1.5}", "{\"a\":1e3}", "{\"a\":01}", "{\"a\":18446744073709551616}", "{\"a\":true}",
        "{\"a\":{}}", "{\"a\":[]}", "{\"a\":\"\\n\"}", "{\"a\":\"\\u0041\"}", "{\"a\":\"", "{\"a\":\"x\ny\"}",
        "{\"a\":1,\"a\":1}", "{\"a\":\"x\\",
    ])
    func refuses(_ text: String) {
        #expect(parse(text) == nil)
    }

    @Test func refusesWhatIsTooLong() {
        let blanks = String(repeating: " ", count: PlainRecord.byteCountMax)
        #expect(parse("{}" + blanks) == nil)
        #expect(parse("{}" + blanks.dropLast(2)) != nil)
    }

    @Test func takesAnotherLimit() {
        let long = PlainRecord(["a": .text(String(repeating: "x", count: PlainRecord.byteCountMax))]).octets
        #expect(read(long) == nil)
        #expect(PlainRecord(long.span, limit: long.count)?.octets == long)
        #expect(PlainRecord(long.span, limit: long.count - 1) == nil)
    }

    @Test func anyOctetsAreReadOrRefused() {
        var random = SeededRandom("PlainRecordTests.anyOctetsAreReadOrRefused")
        let alphabet = Array("{}[]:,\"\\ 019aé\u{0}\n".utf8)
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...40, using: &random)
            let octets = (0..<count).map { _ in alphabet.randomElement(using: &random) ?? 0 }
            if let record = read(octets) { #expect(read(record.octets) == record) }
        }
    }

    private func parse(_ text: String) -> PlainRecord? { read(Array(text.utf8)) }

    private func read(_ octets: [UInt8]) -> PlainRecord? { PlainRecord(octets.span) }
}
