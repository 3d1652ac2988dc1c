import Format
import Testing

@Suite struct BackupBegunTests {
    private static let texts = [
        "20261125T143000Z-3f9a2c1d", "20261124T143000Z-00000000", "20261123T143000Z-00000001",
        "20261122T143000Z-00000002",
    ]

    private static func begun(sources: Int) throws -> BackupBegun {
        let ids = texts.compactMap { BackupID($0) }
        return BackupBegun(
            id: ids[0], cluster: try #require(ClusterName("main")), system: SystemIdentifier(rawValue: 7),
            sources: Array(ids[1..<(1 + sources)]))
    }

    @Test(arguments: 0...3) func isReadAsItIsWritten(sources: Int) throws {
        let begun = try Self.begun(sources: sources)
        let octets = begun.record.octets
        let record = PlainRecord(octets.span)
        #expect(record.flatMap { BackupBegun($0) } == begun)
        #expect(record.map { Set($0.names) } == ["backup", "cluster", "system", "sources"])
    }

    @Test func protectsItsOwnPacksAndThoseOfItsSources() throws {
        let begun = try Self.begun(sources: 2)
        let protected = try Self.texts.map { text in
            begun.protects(try #require(PackID(backup: text, ordinal: "000001")))
        }
        #expect(protected == [true, true, true, false])
    }

    @Test(arguments: ["backup", "cluster", "system", "sources"]) func needs(member: String) throws {
        let record = try Self.begun(sources: 1).record
        var members = Dictionary(
            uniqueKeysWithValues: record.names.map { ($0, PlainRecord.Value.text(record.text($0) ?? "")) })
        members[member] = .text("?")
        #expect(BackupBegun(PlainRecord(members)) == nil)
        members[member] = nil
        #expect(BackupBegun(PlainRecord(members)) == nil)
    }

    @Test func aBackupEndsBeforeItsProtectionDoes() {
        // A day for clocks and for a prune that deletes what it looked at before.
        #expect(BackupBegun.secondsProtected - BackupBegun.secondsToFinish == 86_400)
    }
}
