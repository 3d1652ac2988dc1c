import Format
import TestSupport
import Testing

@Suite struct WALFileNameTests {
    private static let segment = SegmentName(timeline: .first, log: 2, segment: 0xAB)

    @Test func knowsTheKinds() throws {
        #expect(WALFileName("0000000100000002000000AB") == .segment(Self.segment))
        #expect(WALFileName("0000000100000002000000AB.partial") == .partial(Self.segment))
        #expect(WALFileName("0000000100000002000000AB.00000028.backup") == .backupHistory(Self.segment, offset: 0x28))
        #expect(WALFileName("00000002.history") == TimelineID(rawValue: 2).map(WALFileName.history))
    }

    /// PostgreSQL archives them if they appear in pg_wal, whatever they are.
    @Test(arguments: [
        "0000000100000002000000ab", "0000000100000002000000AB.0000002.backup", "00000000.history",
        "0000000100000002000000AB.backup", "0000000000000002000000AB", "................", "historyhistoryhi",
        "0000000100000002000000ABC", "0000000100000002000000AB.partial.partial", "000000020.history",
        "ABCDEF0123456789",
        "0000000100000002000000AB.00000028.back", "0000000100000002000000ABx00000028.backup".replacing("x", with: "."),
    ])
    func acceptsEveryLegalName(text: String) throws {
        let name = try #require(WALFileName(text))
        #expect(name.description == text)
    }

    @Test(arguments: [
        "", "0", "000000000000000", "00000000000000000000000000000000000000000", "0000000100000002000000A/",
        "../../0000000000000000", "0000000100000002000000AG", "0000000100000002000000AB.tmp", "RECOVERYXLOG",
        "RECOVERYHISTORY",
        "0000000100000002000000A\0", "0000000100000002000000A\n", "0000000100000002000000Aé",
        " 000000010000000200000001",
        "xlogtemp.12345678", "archive_status00",
    ])
    func refusesWhatTheArchiverNeverPasses(text: String) {
        #expect(WALFileName(text) == nil)
    }

    @Test func isOtherUnlessExact() throws {
        for text in ["0000000100000002000000ab", "00000000.history", "0000000100000002000000AB.0000002.backup"] {
            let name = try #require(WALFileName(text))
            guard case .other = name else {
                Issue.record("\(text) is \(name)")
                continue
            }
            #expect(name.timeline == nil)
            #expect(name.segment == nil)
        }
    }

    @Test func sortsAsTheArchiverDoes() throws {
        let texts = [
            "00000002.history", "00000003.history", "000000010000000000000001",
            "000000010000000000000001.00000028.backup",
            "000000010000000000000002", "000000010000000000000002.partial", "000000020000000000000001",
        ]
        var random = SeededRandom("sortsAsTheArchiverDoes")
        let names = texts.compactMap { WALFileName($0) }.shuffled(using: &random)
        #expect(names.sorted().map(\.description) == texts)
    }

    @Test func tellsWhatItHolds() throws {
        let history = try #require(WALFileName("00000002.history"))
        #expect(history.isHistory && !history.holdsWAL && history.segment == nil)
        let partial = try #require(WALFileName("0000000100000002000000AB.partial"))
        #expect(partial.holdsWAL && partial.segment == Self.segment && partial.timeline == .first)
    }

    @Test func anyTextIsReadOrRefusedAndPrintsAsRead() {
        var random = SeededRandom("anyTextIsReadOrRefusedAndPrintsAsRead")
        for _ in 0..<20_000 {
            let text = String(decoding: random.octets(countMax: 42, from: "0123456789ABCDEF.history"), as: UTF8.self)
            let legal = WALFileName.characterCounts.contains(text.utf8.count)
            #expect(WALFileName(text)?.description == (legal ? text : nil))
        }
    }
}
