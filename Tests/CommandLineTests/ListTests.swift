import Format
import Operations
import Testing
import trunkline

@Suite struct ListTests {
    private let gap = Backups.run("000000010000000000000005", "000000010000000000000007")

    private var listings: [(String, BackupListing)] {
        let (full, later) = (Backups.full, Backups.later)
        return [
            (
                "two backups, one window",
                Backups.listing([
                    Backups.system(
                        [full, later], [Backups.window(full, to: "0/C000000", until: "2026-11-25T14:31:07Z")])
                ])
            ),
            (
                "a gap, another timeline, an unfinished backup",
                Backups.listing(
                    [
                        Backups.system(
                            [full, later],
                            [
                                Backups.window(full, to: "0/5000000", until: "2026-11-24T09:10:11Z", gap: gap),
                                Backups.window(later, to: "0/C000000", until: "2026-11-25T14:31:07Z"),
                                Backups.window(later, to: "0/D000000", until: nil, timeline: 2),
                            ], gaps: [gap], sealedHistories: [Backups.timeline(2)])
                    ], unfinished: ["20261125T160000Z-00000001", "20261125T170000Z-00000001"])
            ),
            (
                "a backup without its WAL",
                Backups.listing([Backups.system([full], [], gaps: [gap], restorable: [])])
            ),
            ("a new repository", Backups.listing([Backups.system([], [])])),
            ("a repository of others", Backups.listing([])),
        ]
    }

    @Test func text() throws {
        let text = listings.map { "# \($0.0)\n\(ListReport($0.1, of: Backups.cluster).text)" }.joined(separator: "\n")
        try Snapshot.check("list.txt", text)
        for line in text.split(separator: "\n") { #expect(line.count <= ListReport.columnsMax, "\(line)") }
    }

    @Test func json() throws {
        let text = listings.map { "# \($0.0)\n\(ListJSON.repository($0.1).text)\n" }.joined(separator: "\n")
        try Snapshot.check("list.json.txt", text)
    }
}
