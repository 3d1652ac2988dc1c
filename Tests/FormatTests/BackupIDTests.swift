import Format
import Testing

struct BackupIDTests {
    @Test(arguments: [
        "20261125T143000Z-3f9a2c1d", "00000229T235959Z-00000000", "20240229T000000Z-ffffffff",
        "99991231T235959Z-0123abcd",
    ])
    func readsWhatItPrints(_ text: String) {
        #expect(BackupID(text)?.description == text)
    }

    @Test(arguments: [
        "", "20261125T143000Z", "20261125T143000Z-", "20261125T143000Z-3f9a2c1", "20261125T143000Z-3f9a2c1d0",
        "20261125T143000Z-3F9A2C1D", "20261125T143000Z-3f9a2c1g", "20261125T143000Z_3f9a2c1d",
        "20261125t143000Z-3f9a2c1d", "20261125T143000z-3f9a2c1d", "20261325T143000Z-3f9a2c1d",
        "20260025T143000Z-3f9a2c1d", "20261131T143000Z-3f9a2c1d", "20250229T143000Z-3f9a2c1d",
        "19000229T143000Z-3f9a2c1d", "20261100T143000Z-3f9a2c1d", "20261125T240000Z-3f9a2c1d",
        "20261125T146000Z-3f9a2c1d", "20261125T143060Z-3f9a2c1d", "2026112+T143000Z-3f9a2c1d",
        " 0261125T143000Z-3f9a2c1d", "20261125T143000Z-3f9a2c1\u{e9}", "20261125T143000Z-3f9a2c1:",
    ])
    func refusesOtherTexts(_ text: String) {
        #expect(BackupID(text) == nil)
    }

    @Test func sortsByTime() throws {
        let earlier = try #require(BackupID("20251231T235959Z-ffffffff"))
        let later = try #require(BackupID("20260101T000000Z-00000000"))
        #expect(earlier < later)
        #expect(!(later < earlier))
    }

    @Test func tellsWhenItWasBegun() {
        #expect(BackupID("20261125T143001Z-3f9a2c1d")?.iso8601 == "2026-11-25T14:30:01Z")
    }
}
