import Format
import TestSupport
import Testing

@Suite struct ObjectKeyTests {
    @Test(arguments: [
        "a", "trunkline.json", "clusters/main/wal/1/00000001/00000000/000000010000000000000001", "a/...", "a+b/_-",
        String(repeating: "k", count: 512),
    ])
    func takes(path: String) {
        #expect(ObjectKey(path)?.description == path)
    }

    @Test(arguments: [
        "", "/", "/a", "a/", "a//b", ".", "..", "a/./b", "a/../b", "a b", "a\\b", "ä", "a\0", "a\n", "a:b", "a%2Fb",
        String(repeating: "k", count: 513),
    ])
    func refuses(path: String) {
        #expect(ObjectKey(path) == nil)
    }

    @Test func sortsByBytes() throws {
        let keys = ["b", "a/b", "a-b", "a", "B", "a.b"].compactMap { ObjectKey($0) }
        #expect(keys.sorted().map(\.path) == ["B", "a", "a-b", "a.b", "a/b", "b"])
    }

    @Test func knowsItsLastComponent() {
        #expect(ObjectKey("a/b/c")?.lastComponent == "c")
        #expect(ObjectKey("a")?.lastComponent == "a")
    }

    @Test func anyBytesAreReadOrRefused() {
        var random = SeededRandom("anyBytesAreReadOrRefused")
        for _ in 0..<20_000 {
            let path = String(decoding: random.octets(countMax: 20, from: "ab./_-+ \n"), as: UTF8.self)
            guard let key = ObjectKey(path) else { continue }
            #expect(key.path == path)
            #expect(!path.contains(" ") && !path.split(separator: "/").contains(".."))
        }
    }
}
