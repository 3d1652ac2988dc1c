import Format
import Testing

struct ArtifactNameTests {
    @Test(arguments: ["a", "7", "globals", "nightly/shop.dump", "a/b/c/D_e-f.9", "stream", "a/record", "record/stream"])
    func takes(_ text: String) {
        #expect(ArtifactName(text)?.description == text)
    }

    @Test(arguments: [
        "", "/", "/a", "a/", "a//b", ".", "..", "a/../b", ".a", "-a", "_a", "a/.b", "a/-b", "a b", "a+b", "\u{e9}",
        "a/b\n", "20261125T143000Z-3f9a2c1d", "a/20261125T143000Z-3f9a2c1d", "20261125T143000Z-3f9a2c1d/stream",
    ])
    func refuses(_ text: String) {
        #expect(ArtifactName(text) == nil)
    }

    @Test func hasALimit() {
        let longest = String(repeating: "n", count: ArtifactName.byteCountMax)
        #expect(ArtifactName(longest) != nil)
        #expect(ArtifactName(longest + "n") == nil)
    }

    @Test(arguments: [
        ("a", "a", true), ("a/b", "a", true), ("a/b/c", "a/b", true), ("ab", "a", false), ("a", "a/b", false),
    ])
    func isBelow(_ name: String, _ other: String, _ isBelow: Bool) throws {
        #expect(try #require(ArtifactName(name)).isOrIsBelow(#require(ArtifactName(other))) == isBelow)
    }
}
