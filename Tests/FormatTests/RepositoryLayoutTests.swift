import Format
import Testing

@Suite struct RepositoryLayoutTests {
    private let system = SystemIdentifier(rawValue: 7_434_568_976_543_219_876)

    @Test(arguments: [
        ("0000000A0000001B000000FE", "0000000A/0000001B/0000000A0000001B000000FE"),
        ("0000000A0000001B000000FE.partial", "0000000A/0000001B/0000000A0000001B000000FE.partial"),
        ("0000000A0000001B000000FE.00000028.backup", "0000000A/0000001B/0000000A0000001B000000FE.00000028.backup"),
        ("0000000A.history", "0000000A/0000000A.history"),
        ("historyhistory00", "other/historyhistory00"),
        ("................", "other/................"),
    ])
    func putsWALWhereTheFormatSays(name: String, path: String) throws {
        let cluster = try #require(ClusterName("main"))
        let file = try #require(WALFileName(name))
        let key = RepositoryLayout.key(of: file, in: cluster, system)
        #expect(key.path == "clusters/main/wal/7434568976543219876/\(path)")
        #expect(key.path.hasPrefix(RepositoryLayout.walPrefix(of: cluster, system)))
        #expect(RepositoryLayout.place(of: key) == .wal(cluster, system, file))
    }

    @Test func putsSystemsWhereTheFormatSays() throws {
        let cluster = try #require(ClusterName("main"))
        let key = RepositoryLayout.key(of: system, in: cluster)
        #expect(key.path == "clusters/main/systems/7434568976543219876")
        #expect(key.path.hasPrefix(RepositoryLayout.systemsPrefix(of: cluster)))
        #expect(RepositoryLayout.place(of: key) == .system(cluster, system))
        #expect(RepositoryLayout.place(of: RepositoryLayout.marker) == .marker)
    }

    @Test(arguments: [
        "trunkline.json/x", "clusters", "clusters/main", "clusters/main/systems", "clusters/main/systems/x",
        "clusters/main/systems/01", "clusters/main/systems/1/2", "clusters/-/systems/1",
        "clusters/main/wal/1/00000001/000000010000000000000001",
        "clusters/main/wal/1/00000002/00000000/000000010000000000000001",
        "clusters/main/wal/1/00000001/00000001/000000010000000000000001",
        "clusters/main/wal/1/other/000000010000000000000001", "clusters/main/wal/1/00000001/00000000/historyhistory00",
        "clusters/main/wal/1/00000001/00000000/00000002.history", "clusters/main/wal/1/00000001/00000000/short",
        "clusters/main/wal/1/00000001/00000000/000000010000000000000001/x",
    ])
    func knowsNoOtherPlaces(path: String) throws {
        #expect(RepositoryLayout.place(of: try #require(ObjectKey(path))) == nil)
    }

    @Test func theLongestKeyFits() throws {
        let cluster = try #require(ClusterName(String(repeating: "c", count: ClusterName.characterCountMax)))
        let name = try #require(WALFileName("0000000A0000001B000000FE.00000028.backup"))
        let key = RepositoryLayout.key(of: name, in: cluster, SystemIdentifier(rawValue: .max))
        #expect(key.path.utf8.count <= ObjectKey.byteCountMax)
    }
}
