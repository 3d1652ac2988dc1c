import Operations
import TestSupport
import Testing
import trunkline

@Suite struct TomlDocumentTests {
    @Test func entriesOfEveryKind() throws {
        let text = """
            s = "a\\u00e9"
            i = 0x10
            f = 1.5
            b = true
            d = 2026-11-21
            a = ["x", 2, [3], {}]
            [t.u]
            """
        let entries = try TomlDocument.parse(Array(text.utf8))
        let lines = entries.map { entry in
            let element = entry.element.map { "#\($0)" } ?? ""
            return "\(entry.line) \(entry.path.joined(separator: "."))\(element) \(entry.kind) \(entry.text)"
        }
        #expect(
            lines == [
                "6 a array ", "6 a#0 string x", "6 a#1 integer 2", "6 a#2 array ", "6 a#3 table ", "4 b boolean true",
                "5 d date 2026-11-21", "3 f float 1.5", "2 i integer 16", "1 s string aé", "7 t table ", "7 t.u table ",
            ])
    }

    @Test func charactersOutsideOfASCII() throws {
        let text = "\u{FEFF}# é … 🙂\n\"clé\" = \"é\u{FEC9}\u{2028}🙂\"\nm = \"\"\"\\\n   é\"\"\"\nl = 'ä'"
        let entries = try TomlDocument.parse(Array(text.utf8))
        #expect(entries.map(\.path) == [["clé"], ["l"], ["m"]])
        #expect(entries.map(\.text) == ["é\u{FEC9}\u{2028}🙂", "ä", "é"])
    }

    @Test(arguments: [
        ("a = 1\né = 2", 2), ("\u{FEC9}", 1), ("a = 1\nb = é", 2), ("a = 1 \u{A0}", 1), ("[.]", 1),
        ("a = 1\n\n[.]\nb = 2", 3), ("\u{FEFF}\u{FEFF}", 1), ("a = 1\nb = \"\u{10FFFF}\"", 2),
    ])
    func faultsNameTheirLine(_ text: String, _ line: Int) {
        let problem = #expect(throws: ConfigurationProblem.self) { try TomlDocument.parse(Array(text.utf8)) }
        #expect(problem?.origin == .line(line), "\(String(describing: problem))")
    }

    @Test(
        arguments: [[0x61, 0x80], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xFF]]
            as [[UInt8]])
    func otherEncodingsAreRefused(_ bytes: [UInt8]) {
        let problem = #expect(throws: ConfigurationProblem.self) {
            try TomlDocument.parse(Array("a = 1\nb = \"".utf8) + bytes + Array("\"".utf8))
        }
        #expect(problem == ConfigurationProblem(.line(2), "this is not UTF-8"))
    }

    /// Whatever the text, there is an answer: no trap, no exception, no endless work.
    @Test func damagedTextIsAnswered() throws {
        var random = SeededRandom("damagedTextIsAnswered")
        let whole = Array(try Documents.text("CONFIGURATION.md").utf8) + Array(Reading.least.utf8)
        let tokens = ["[", "]", "{", "}", "\"", "'", "\"\"\"", "=", ".", ",", "\n", "#", "\\u", "\u{0}", "inf", "[["]
        for _ in 0..<3000 {
            var text = Array(whole[Int.random(in: 0..<whole.count, using: &random)...].prefix(400))
            for _ in 0..<Int.random(in: 0...20, using: &random) {
                let place = Int.random(in: 0...text.count, using: &random)
                let token = tokens[Int.random(in: 0..<tokens.count, using: &random)]
                text.insert(contentsOf: Bool.random(using: &random) ? Array(token.utf8) : random.octets(1), at: place)
            }
            guard let entries = try? TomlDocument.parse(text) else { continue }
            _ = try? Configuration(entries: entries, environment: [:], file: nil)
        }
    }
}
