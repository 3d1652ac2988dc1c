import Format
import Postgres
import Testing

@Suite struct BackupLabelTests {
    private static let text = """
        START WAL LOCATION: 1A/2000028 (file 000000030000001A00000002)
        CHECKPOINT LOCATION: 1A/2000060
        BACKUP METHOD: streamed
        BACKUP FROM: primary
        START TIME: 2026-11-25 14:30:00 CET
        LABEL: trunkline: daily
        START TIMELINE: 3

        """

    @Test func readsWhatServersWrite() throws {
        let label = try BackupLabel(Array(Self.text.utf8))
        #expect(label.start == LSN("1A/2000028"))
        #expect(label.startFile.description == "000000030000001A00000002")
        #expect(label.checkpoint == LSN("1A/2000060"))
        #expect(label.method == "streamed")
        #expect(label.from == "primary")
        #expect(label.startTime == "2026-11-25 14:30:00 CET")
        #expect(label.label == "trunkline: daily")
        #expect(label.timeline.rawValue == 3)
    }

    @Test(arguments: [
        ("START WAL LOCATION", "START LOCATION"), ("1A/2000028", "1A2000028"), ("(file 0", "(file x"), ("02)", "02"),
        ("CHECKPOINT", "CHECK"), ("1A/2000060", ""), ("TIMELINE: 3", "TIMELINE: 0"), ("TIMELINE: 3", "TIMELINE: three"),
        ("BACKUP METHOD", "METHOD"), ("BACKUP FROM", "FROM"), ("START TIME:", "TIME:"), ("LABEL", "NAME"),
    ])
    func refusesTheRest(part: String, other: String) {
        let text = Self.text.split(separator: part, omittingEmptySubsequences: false).joined(separator: other)
        let error = #expect(throws: PostgresError.self) { try Self.read(text) }
        #expect(error?.code == .badLabel)
    }

    @Test func refusesWhatIsTooLong() {
        let error = #expect(throws: PostgresError.self) { try Self.read(String(repeating: "a", count: 70_000)) }
        #expect(error?.code == .badLabel)
    }

    private static func read(_ text: String) throws(PostgresError) -> BackupLabel {
        try BackupLabel(Array(text.utf8))
    }
}
