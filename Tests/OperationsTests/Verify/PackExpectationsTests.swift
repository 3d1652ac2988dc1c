import Format
import Operations
import Testing

@testable import Operations

@Suite struct PackExpectationsTests {
    private let pack = required(PackID(backup: required(BackupID("20261125T143000Z-00000001")), ordinal: 1))

    private func manifest(_ id: String, bytes: UInt64 = 1000, digest: UInt8 = 1) -> BackupManifest {
        var fixture = BackupFixture()
        fixture.id = required(BackupID(id))
        var manifest = BackupManifest(facts: fixture.facts)
        manifest.packs = [.init(id: pack, byteCount: bytes)]
        manifest.chapters = [
            BackupChapter(
                pack: 0, number: 3, offset: 10, sealedByteCount: 400, contentByteCount: 900,
                codesDigest: Array(repeating: digest, count: 32))
        ]
        return manifest
    }

    @Test func chaptersAreKeptOnce() throws {
        var expectations = PackExpectations()
        expectations.add(manifest("20261125T143000Z-00000001")) { _ in true }
        expectations.add(manifest("20261126T143000Z-00000001")) { _ in true }
        let known = try #require(expectations[pack])
        #expect(known.byteCount == 1000)
        #expect(known.conflicts == [])
        let chapter = try #require(known.chapters[3])
        #expect(chapter.hasDigest(Array(repeating: 1, count: 32)))
        #expect(!chapter.hasDigest(Array(repeating: 1, count: 31) + [2]))
    }

    @Test func packsNobodyAsksForAreLeftOut() {
        var expectations = PackExpectations()
        expectations.add(manifest("20261125T143000Z-00000001")) { _ in false }
        #expect(expectations[pack] == nil)
    }

    @Test func manifestsThatDisagreeAreNamed() throws {
        var expectations = PackExpectations()
        expectations.add(manifest("20261125T143000Z-00000001")) { _ in true }
        expectations.add(manifest("20261126T143000Z-00000001", bytes: 999, digest: 2)) { _ in true }
        let conflicts = try #require(expectations[pack]).conflicts
        #expect(
            conflicts.map(\.cause) == [
                "it tells 999 bytes, others tell 1000", "it tells another chapter 3 than others",
            ])
    }
}
