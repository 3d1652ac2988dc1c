import Format
import Testing

@Suite struct PackIDTests {
    private static let text = "20261125T143000Z-3f9a2c1d"

    @Test(arguments: [(1, "000001"), (17, "000017"), (999_999, "999999")])
    func isReadAsItIsPrinted(ordinal: Int, digits: String) throws {
        let backup = try #require(BackupID(Self.text))
        let pack = try #require(PackID(backup: backup, ordinal: ordinal))
        #expect(pack.description == "\(Self.text)/\(digits)")
        #expect(PackID(backup: Self.text, ordinal: digits) == pack)
    }

    @Test(arguments: ["", "1", "00001", "0000001", "000000", "+00001", "00000a", "-00001", " 00001", "٠٠٠٠٠١", "１"])
    func otherOrdinalsAreRefused(digits: String) {
        #expect(PackID(backup: Self.text, ordinal: digits) == nil)
    }

    @Test func otherBackupsAndNumbersAreRefused() throws {
        #expect(PackID(backup: "x", ordinal: "000001") == nil)
        let backup = try #require(BackupID(Self.text))
        for ordinal in [0, -1, 1_000_000] { #expect(PackID(backup: backup, ordinal: ordinal) == nil) }
    }

    @Test func sortsByBackupThenOrdinal() throws {
        let packs = ["20261125T143000Z-3f9a2c1d/000002", "20261124T143000Z-ffffffff/000009"].map(Self.pack)
        #expect(try #require(packs[1]) < #require(packs[0]))
        #expect(try #require(packs[0]) < #require(Self.pack("20261125T143000Z-3f9a2c1d/000010")))
    }

    private static func pack(_ text: String) -> PackID? {
        let parts = text.split(separator: "/").map(String.init)
        return PackID(backup: parts[0], ordinal: parts[1])
    }
}
