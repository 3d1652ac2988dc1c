import Format
import Testing

struct ArtifactLayoutTests {
    private let version = "20261125T143000Z-3f9a2c1d"

    @Test(arguments: ["globals", "nightly/shop.dump", "stream", "record/stream"], ArtifactObject.allCases)
    func putsArtifactsWhereTheFormatSays(_ name: String, _ object: ArtifactObject) throws {
        let cluster = try #require(ClusterName("main"))
        let (name, id) = (try #require(ArtifactName(name)), try #require(BackupID(version)))
        let key = RepositoryLayout.key(of: object, id, of: name, in: cluster)
        #expect(key.path == "clusters/main/artifacts/\(name)/\(version)/\(object.rawValue)")
        #expect(key.path.hasPrefix(RepositoryLayout.artifactsPrefix(of: cluster, below: name)))
        #expect(key.path.hasPrefix(RepositoryLayout.artifactsPrefix(of: cluster)))
        #expect(RepositoryLayout.place(of: key) == .artifact(cluster, name, id, object))
    }

    @Test(arguments: [
        "artifacts", "artifacts/a", "artifacts/20261125T143000Z-3f9a2c1d/record", "artifacts/a/record",
        "artifacts/a/20261125T143000Z-3f9a2c1d", "artifacts/a/20261125T143000Z-3f9a2c1d/other",
        "artifacts/a/20261125T143000Z-3f9a2c1d/record/x", "artifacts/a/20261125T143000Z-3f9a2c1/record",
        "artifacts/-a/20261125T143000Z-3f9a2c1d/record", "artifacts/a+b/20261125T143000Z-3f9a2c1d/record",
        "other/a/20261125T143000Z-3f9a2c1d/record",
        "artifacts/20261125T143000Z-3f9a2c1d/20261125T143000Z-3f9a2c1d/record",
    ])
    func knowsNoOtherPlaces(_ rest: String) throws {
        #expect(RepositoryLayout.place(of: try #require(ObjectKey("clusters/main/\(rest)"))) == nil)
    }

    @Test func theLongestKeyFits() throws {
        let cluster = try #require(ClusterName(String(repeating: "c", count: ClusterName.characterCountMax)))
        let name = try #require(ArtifactName(String(repeating: "n", count: ArtifactName.byteCountMax)))
        let key = RepositoryLayout.key(of: .stream, try #require(BackupID(version)), of: name, in: cluster)
        #expect(key.path.utf8.count <= ObjectKey.byteCountMax)
    }
}
