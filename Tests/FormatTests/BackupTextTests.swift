import Format
import Testing

@Suite struct BackupPathTests {
    @Test(arguments: ["a", "base/5/1259", "...", ".x", "a/..b", "é", " ", String(repeating: "p", count: 4096)])
    func legal(path: String) {
        #expect(BackupPath.isValid(path))
    }

    @Test(arguments: [
        "", "/", "/a", "a/", "a//b", ".", "..", "a/.", "a/../b", "./a", "a\0b", String(repeating: "p", count: 4097),
    ])
    func illegal(path: String) {
        #expect(!BackupPath.isValid(path))
    }

    @Test func ordersByBytes() {
        #expect(BackupPath.precedes("a", "a/b"))
        #expect(BackupPath.precedes("a.x", "a/b"))
        #expect(BackupPath.precedes("Z", "a"))
        #expect(BackupPath.precedes("z", "é"))
        #expect(BackupPath.precedes("e\u{301}", "\u{e9}"))
        #expect(!BackupPath.precedes("a", "a"))
    }
}

@Suite struct BackupAnnotationTests {
    @Test func keysAndValues() {
        for (key, value) in [("a", ""), ("ticket.no_1-A", "4711 – ü\u{1F600}"), (long(64), long(1024))] {
            #expect(BackupAnnotation.isValid(key: key, value: value))
        }
        for (key, value) in [
            ("", "x"), ("a b", "x"), ("é", "x"), ("a/b", "x"), (long(65), "x"), ("a", long(1025)), ("a", "x\ny"),
            ("a", "\0"), ("a", "\u{1F}"), ("a", "\u{7F}"),
        ] {
            #expect(!BackupAnnotation.isValid(key: key, value: value))
        }
    }

    /// What is legal can be read back from the summary's JSON.
    @Test func legalValuesFitIntoARecord() {
        for value in ["\"", "\\", "\\n", "/", "{\"a\":1}", "'", "\u{80}", "\u{2028}"] {
            #expect(BackupAnnotation.isValid(key: "a", value: value))
            let record = PlainRecord(["annotation.a": .text(value)])
            #expect(PlainRecord(record.octets.span)?.text("annotation.a") == value)
        }
    }

    private func long(_ count: Int) -> String { String(repeating: "k", count: count) }
}
