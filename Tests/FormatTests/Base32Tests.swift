import Format
import TestSupport
import Testing

@Suite struct Base32Tests {
    /// RFC 4648, section 10, in lowercase and without padding.
    @Test(arguments: [
        ("", ""), ("f", "my"), ("fo", "mzxq"), ("foo", "mzxw6"), ("foob", "mzxw6yq"), ("fooba", "mzxw6ytb"),
        ("foobar", "mzxw6ytboi"),
    ]) func publishedExamples(plain: String, encoded: String) {
        #expect(Base32.encode(Array(plain.utf8).span) == encoded)
        #expect(Base32.decode(Array(encoded.utf8).span) == Array(plain.utf8))
    }

    @Test func everyLengthComesBack() {
        var random = SeededRandom("Base32Tests.everyLengthComesBack")
        for count in 0...100 {
            let octets = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            let text = Base32.encode(octets.span)
            #expect(text.utf8.count == Base32.characterCount(byteCount: count))
            #expect(Base32.decode(Array(text.utf8).span) == octets)
        }
    }

    /// Other case, padding, foreign characters, lengths that no octets have, bits left over.
    @Test(arguments: ["MY", "my======", "m", "mzx", "mzxw6y", "m1", "m8", "m ", "mz", "mzxr", "ä", "m\0"])
    func otherTextsAreRefused(text: String) {
        #expect(Base32.decode(Array(text.utf8).span) == nil)
    }
}
