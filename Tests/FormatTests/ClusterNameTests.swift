import Format
import Testing

@Suite struct ClusterNameTests {
    @Test(arguments: ["main", "a", "9", "Main-2.eu_west", String(repeating: "x", count: 64)])
    func takes(text: String) {
        #expect(ClusterName(text)?.description == text)
    }

    @Test(arguments: [
        "", ".", "..", ".a", "-a", "_a", "a/b", "a b", "ä", "a\n", "a\0", String(repeating: "x", count: 65),
    ])
    func refuses(text: String) {
        #expect(ClusterName(text) == nil)
    }
}
