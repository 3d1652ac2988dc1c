import Format
import Operations
import Platform
import TestSupport
import Testing

@Suite struct ArtifactRecordTests {
    private let name = required(ArtifactName("nightly/shop"))
    private let version = required(BackupID("20261125T143000Z-3f9a2c1d"))

    private func read(_ text: String) -> ArtifactRecord? { ArtifactRecord(Array(text.utf8), of: name, version) }

    @Test(arguments: ["application/sql", "text/plain; charset=\"utf-8\"", nil])
    func isReadAsItWasWritten(_ type: String?) throws {
        let record = ArtifactRecord(
            name: name, version: version, contentType: type.flatMap { ContentType($0) }, byteCount: .max,
            storedByteCount: 1, now: Clock.now())
        #expect(record.contentType?.text == type)
        #expect(ArtifactRecord(record.content, of: name, version) == record)
        let other = try #require(ArtifactName("other"))
        #expect(ArtifactRecord(record.content, of: other, version) == nil)
    }

    @Test func isAlwaysShortEnough() throws {
        let longest = try #require(ArtifactName(String(repeating: "n", count: ArtifactName.byteCountMax)))
        let quotes = String(repeating: "\"", count: ContentType.byteCountMax - 4)
        let record = ArtifactRecord(
            name: longest, version: version, contentType: ContentType("a/b;" + quotes),
            byteCount: .max, storedByteCount: .max, now: Clock.now())
        #expect(record.contentType != nil)
        #expect(record.content.count <= PlainRecord.byteCountMax)
        #expect(ArtifactRecord(record.content, of: longest, version) == record)
    }

    @Test func ignoresWhatItDoesNotKnow() {
        let text = #"{"bytes":1,"created":"2026-11-25T14:30:00Z","name":"nightly/shop","new":"x","storedBytes":2}"#
        #expect(read(text)?.byteCount == 1)
    }

    @Test(arguments: [
        "", "{}", "[]", #"{"bytes":1,"created":"2026-11-25T14:30:00Z","name":"x","storedBytes":2}"#,
        #"{"bytes":"1","created":"2026-11-25T14:30:00Z","name":"nightly/shop","storedBytes":2}"#,
        #"{"bytes":1,"created":"yesterday","name":"nightly/shop","storedBytes":2}"#,
        #"{"bytes":1,"created":"2026-11-25T14:30:00Z","name":"nightly/shop"}"#,
        #"{"bytes":1,"contentType":"x","created":"2026-11-25T14:30:00Z","name":"nightly/shop","storedBytes":2}"#,
        #"{"bytes":1,"contentType":7,"created":"2026-11-25T14:30:00Z","name":"nightly/shop"}"#,
    ])
    func refuses(_ text: String) {
        #expect(read(text) == nil)
    }
}
