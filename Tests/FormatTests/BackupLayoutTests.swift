import Format
import Testing

@Suite struct BackupLayoutTests {
    private static let text = "20261125T143000Z-3f9a2c1d"

    @Test(arguments: RepositoryLayout.BackupPart.allCases)
    func putsBackupsWhereTheFormatSays(part: RepositoryLayout.BackupPart) throws {
        let cluster = try #require(ClusterName("main"))
        let backup = try #require(BackupID(Self.text))
        let key = RepositoryLayout.key(of: part, backup, in: cluster)
        #expect(key.path == "clusters/main/backups/\(Self.text)/\(part)")
        #expect(key.path.hasPrefix(RepositoryLayout.backupsPrefix(of: cluster)))
        #expect(RepositoryLayout.place(of: key) == .backup(cluster, backup, part))
    }

    @Test func putsPacksWhereTheFormatSays() throws {
        let cluster = try #require(ClusterName("main"))
        let pack = try #require(PackID(backup: Self.text, ordinal: "000042"))
        let key = RepositoryLayout.key(of: pack, in: cluster)
        #expect(key.path == "clusters/main/packs/\(Self.text)/000042")
        #expect(key.path.hasPrefix(RepositoryLayout.packsPrefix(of: cluster)))
        #expect(RepositoryLayout.place(of: key) == .pack(cluster, pack))
        let chapter = RepositoryLayout.chapterName(17, of: key)
        #expect(chapter.path == "\(key.path)/17")
        #expect(RepositoryLayout.place(of: chapter) == nil)
    }

    @Test(arguments: [
        "backups", "backups/20261125T143000Z-3f9a2c1d", "backups/20261125T143000Z-3f9a2c1d/other",
        "backups/20261125T143000Z-3f9a2c1d/summary/x", "backups/20261131T143000Z-3f9a2c1d/summary", "backups/1/summary",
        "packs/20261125T143000Z-3f9a2c1d", "packs/20261125T143000Z-3f9a2c1d/1",
        "packs/20261125T143000Z-3f9a2c1d/000000",
        "packs/x/000001", "pack/20261125T143000Z-3f9a2c1d/000001", "backup/20261125T143000Z-3f9a2c1d/summary",
    ])
    func knowsNoOtherPlaces(path: String) throws {
        #expect(RepositoryLayout.place(of: try #require(ObjectKey("clusters/main/\(path)"))) == nil)
    }

    @Test func theLongestKeyFits() throws {
        let cluster = try #require(ClusterName(String(repeating: "c", count: ClusterName.characterCountMax)))
        let pack = try #require(PackID(backup: Self.text, ordinal: "999999"))
        let name = RepositoryLayout.chapterName(
            BackupChapter.numberMax, of: RepositoryLayout.key(of: pack, in: cluster))
        #expect(name.path.utf8.count <= ObjectKey.byteCountMax)
    }
}
