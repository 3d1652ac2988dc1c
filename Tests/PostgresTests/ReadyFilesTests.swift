import Format
import Postgres
import TestSupport
import Testing

@Suite struct ReadyFilesTests {
    private static let listing = [
        "000000020000000000000005.ready", "000000010000000000000003.ready", "000000010000000000000004.done",
        "00000002.history.ready", "000000010000000000000002.00000028.backup.ready", "000000010000000000000002.ready",
        "000000010000000000000002.partial.ready", "RECOVERYXLOG.ready", "x.ready", ".ready", "ready",
        "000000010000000000000001.ready.tmp", "00000003.history.ready", "0000000100000000000000FF.ready",
    ]

    private static let order = [
        "00000002.history", "00000003.history", "000000010000000000000002", "000000010000000000000002.00000028.backup",
        "000000010000000000000002.partial", "000000010000000000000003", "0000000100000000000000FF",
        "000000020000000000000005",
    ]

    @Test(arguments: [0, 1, 3, 8, 64])
    func takesTheOldestInTheArchiversOrder(limit: Int) {
        for listing in [Self.listing, Self.listing.reversed(), Self.listing.sorted()] {
            let files = ReadyFiles.oldest(among: listing, limit: limit)
            #expect(files.map(\.description) == Array(Self.order.prefix(limit)))
        }
    }

    @Test func readsTheStatusDirectory() throws {
        let directory = try TemporaryDirectory()
        #expect(try ReadyFiles.oldest(in: directory.path, limit: 8).isEmpty)
        for name in Self.listing {
            try directory.write("archive_status/\(name)")
        }
        #expect(try ReadyFiles.oldest(in: directory.path, limit: 64).map(\.description) == Self.order)
    }

    @Test func saysWhenItMayNotLook() throws {
        let directory = try TemporaryDirectory()
        try directory.write("archive_status")
        let error = #expect(throws: PostgresError.self) { try ReadyFiles.oldest(in: directory.path, limit: 8) }
        #expect(error?.code == .unreadable)
    }
}
