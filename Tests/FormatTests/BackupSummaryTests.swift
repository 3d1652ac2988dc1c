import Format
import Testing

@Suite struct BackupSummaryTests {
    @Test func isReadAsItIsWritten() throws {
        for method in BackupMethod.allCases {
            var summary = try Self.summary()
            summary.method = method
            #expect(Self.read(summary.record) == summary)
            summary.base = nil
            summary.packs = []
            summary.annotations = [:]
            summary.isFromStandby = true
            #expect(Self.read(summary.record) == summary)
        }
    }

    @Test func membersAreThoseOfTheDocument() throws {
        let record = try Self.summary().record
        #expect(
            Set(record.names) == [
                "backup", "cluster", "system", "version", "serverVersion", "timeline", "segmentBytes", "startLSN",
                "stopLSN", "started", "stopped", "snapshot", "method", "base", "standby", "files", "bytes", "readBytes",
                "storedBytes", "reusedBytes", "pageErrors", "milliseconds", "packs", "annotation.ticket",
            ])
        #expect(record.text("packs") == "20261124T143000Z-00000000/000017 20261125T143000Z-3f9a2c1d/000001")
        #expect(record.text("startLSN") == "16/B374D848")
    }

    @Test func aThousandPacksFit() throws {
        var summary = try Self.summary()
        summary.packs = (1...1000).compactMap { PackID(backup: summary.id, ordinal: $0) }
        let octets = summary.record.octets
        let record = PlainRecord(octets.span, limit: BackupSummary.byteCountMax)
        #expect(record.flatMap { BackupSummary($0) }?.packs.count == 1000)
    }

    @Test(arguments: [
        "backup", "cluster", "system", "version", "timeline", "segmentBytes", "startLSN", "stopLSN", "started",
        "stopped",
        "method", "packs",
    ])
    func needs(member: String) throws {
        #expect(BackupSummary(try Self.changed(member, nil)) == nil)
        #expect(BackupSummary(try Self.changed(member, .text("?"))) == nil || ["started", "stopped"].contains(member))
    }

    @Test(arguments: [
        "x", "20261125T143000Z-3f9a2c1d", "20261125T143000Z-3f9a2c1d/1", "20261125T143000Z-3f9a2c1d/000001/2",
        "20261125T143000Z-3f9a2c1d/000002-000001", "20261125T143000Z-3f9a2c1d/000001-000001",
        "20261125T143000Z-3f9a2c1d/000001-", "20261125T143000Z-3f9a2c1d/-000001",
        "20261125T143000Z-3f9a2c1d/000001-2", "20261125T143000Z-3f9a2c1d/000000-000001",
        "20261125T143000Z-3f9a2c1d/000001-000002-000003",
    ])
    func refusesOtherPacks(packs: String) throws {
        #expect(BackupSummary(try Self.changed("packs", .text(packs))) == nil)
    }

    @Test(
        arguments: [
            ([1, 2, 3], "000001-000003"), ([3, 1, 2, 9, 7, 8, 5], "000001-000003 000005 000007-000009"),
            ([999_999, 999_998], "999998-999999"), ([4], "000004"), ([], ""), ([2, 2], "000002"),
        ] as [([Int], String)])
    func packsStandInRuns(ordinals: [Int], text: String) throws {
        var summary = try Self.summary()
        summary.packs = ordinals.compactMap { PackID(backup: summary.id, ordinal: $0) }
        let words = text.split(separator: " ").map { "\(summary.id)/\($0)" }
        #expect(summary.record.text("packs") == words.joined(separator: " "))
        #expect(Self.read(summary.record)?.packs.map(\.ordinal) == Array(Set(ordinals)).sorted())
    }

    @Test func noMorePacksAreBelievedThanThereCanBe() throws {
        let all = "20261125T143000Z-3f9a2c1d/000001-999999"
        let summary = BackupSummary(try Self.changed("packs", .text(all)))
        #expect(summary?.packs.count == 999_999)
        #expect(BackupSummary(try Self.changed("packs", .text("\(all) \(all)"))) == nil)
    }

    @Test func ignoresWhatItDoesNotKnow() throws {
        #expect(BackupSummary(try Self.changed("more", .number(1))) == (try Self.summary()))
    }

    private static func changed(_ name: String, _ value: PlainRecord.Value?) throws -> PlainRecord {
        let record = try summary().record
        var members: [String: PlainRecord.Value] = [:]
        for name in record.names {
            members[name] =
                record.text(name).map(PlainRecord.Value.text) ?? record.number(name).map(PlainRecord.Value.number)
        }
        members[name] = value
        return PlainRecord(members)
    }

    private static func read(_ record: PlainRecord) -> BackupSummary? {
        PlainRecord(record.octets.span).flatMap { BackupSummary($0) }
    }

    private static func summary() throws -> BackupSummary {
        let id = try #require(BackupID("20261125T143000Z-3f9a2c1d"))
        let base = try #require(BackupID("20261124T143000Z-00000000"))
        return BackupSummary(
            id: id, cluster: try #require(ClusterName("main")), system: SystemIdentifier(rawValue: .max), major: 17,
            serverVersion: "17.2 (Debian \"x\" \\)", timeline: try #require(TimelineID(rawValue: .max)),
            startLSN: try #require(LSN("16/B374D848")), stopLSN: LSN(rawValue: .max), started: "2026-11-25T14:30:00Z",
            stopped: "2026-11-25T14:31:00Z", snapshot: "740:742:741", method: .summaries, base: base,
            isFromStandby: false, segmentBytes: 16 << 20, fileCount: 1, byteCount: .max, readByteCount: 2,
            storedByteCount: 3, reusedByteCount: 4, pageErrorCount: 5, milliseconds: 6,
            packs: [try #require(PackID(backup: id, ordinal: 1)), try #require(PackID(backup: base, ordinal: 17))],
            annotations: ["ticket": "4711 – ü"])
    }
}
