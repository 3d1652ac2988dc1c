import Format
import Operations
import Platform
import TestSupport
import Testing

@testable import Operations

/// Objects that anybody with access to a repository may have written.
@Suite struct RecordTests {
    private static let identifier = "0123456789abcdef0123456789abcdef"

    @Test func aMarkerIsReadAsItWasWritten() throws {
        let marker = RepositoryMarker(now: Clock.now())
        #expect(RepositoryMarker(marker.octets) == marker)
        #expect(marker.octets.count <= PlainRecord.byteCountMax)
        #expect(RepositoryMarker(now: Clock.now()).repository != marker.repository)
    }

    @Test(arguments: [
        "", "null", "[]", "{}", "1", "\"x\"", #"{"format":1}"#,
        #"{"format":"1","repository":"\#(identifier)","created":""}"#,
        #"{"format":1e999,"repository":"\#(identifier)","created":""}"#,
        #"{"format":1.5,"repository":"\#(identifier)","created":""}"#,
        #"{"format":1,"repository":"","created":""}"#,
        #"{"format":1,"repository":"\#(identifier.uppercased())","created":""}"#,
        #"{"format":1,"repository":"\#(identifier)","created":null}"#,
        #"{"format":1,"repository":"\#(identifier)","created":"x""#,
        String(repeating: "[", count: PlainRecord.byteCountMax),
        String(repeating: "{\"a\":", count: PlainRecord.byteCountMax / 5),
        "\u{FEFF}\u{0}", String(repeating: " ", count: PlainRecord.byteCountMax + 1),
    ])
    func noMarker(text: String) {
        #expect(RepositoryMarker(Array(text.utf8)) == nil)
    }

    @Test(arguments: [
        "", "{}", "[1]",
        #"{"system":1,"segmentBytes":1048576,"since":""}"#,
        #"{"system":"x","segmentBytes":1048576,"since":""}"#,
        #"{"system":"-1","segmentBytes":1048576,"since":""}"#,
        #"{"system":"99999999999999999999","segmentBytes":1048576,"since":""}"#,
        #"{"system":"1","segmentBytes":1048577,"since":""}"#,
        #"{"system":"1","segmentBytes":-1,"since":""}"#,
        #"{"system":"1","segmentBytes":99999999999999999999999,"since":""}"#,
        #"{"system":"1","segmentBytes":1048576}"#,
        String(repeating: "[", count: PlainRecord.byteCountMax),
    ])
    func noSystemRecord(text: String) {
        #expect(SystemRecord(Array(text.utf8)) == nil)
    }

    @Test func aSystemRecordIsReadAsItWasWritten() throws {
        let text = #"{"since":"2026-11-21T02:00:00Z","segmentBytes":1048576,"system":"12","version":"15"}"#
        let record = try #require(SystemRecord(Array(text.utf8)))
        #expect(record.system == SystemIdentifier(rawValue: 12))
        #expect(record.major == 15)
        #expect(record.segmentSize == WAL.size)
        #expect(SystemRecord(record.octets) == record)
        let later = text.replacing("\"15\"", with: "\"next\"")
        #expect(try #require(SystemRecord(Array(later.utf8))).major == nil)
    }

    /// Whatever the bytes: an answer, never a trap.
    @Test func randomBytesAreNoRecords() {
        var random = SeededRandom("records")
        for _ in 0..<500 {
            let octets = random.octets(Int.random(in: 0...300, using: &random))
            #expect(RepositoryMarker(octets) == nil)
            #expect(SystemRecord(octets) == nil)
        }
    }

    @Test func aRecordThatIsTooLongIsDamage() throws {
        let store = MemoryStore()
        store.plant(Array(repeating: 32, count: 5000), at: key("record"))
        let error = #expect(throws: OperationError.self) {
            try WAL.repository(store).readSmall(key("record"), limit: 4096, until: .never)
        }
        #expect(error?.code == .damaged)
        #expect(try WAL.repository(store).readSmall(key("other"), limit: 4096, until: .never) == nil)
    }
}
