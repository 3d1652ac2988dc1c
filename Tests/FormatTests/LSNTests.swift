import Format
import Testing

@Suite struct LSNTests {
    @Test(arguments: [
        ("0/0", 0), ("16/B374D848", 0x16_B374_D848), ("16/b374d848", 0x16_B374_D848), ("0/1", 1),
        ("00000001/00000002", 0x1_0000_0002), ("FFFFFFFF/FFFFFFFF", UInt64.max),
    ])
    func readsPostgreSQLsText(text: String, value: UInt64) throws {
        let lsn = try #require(LSN(text))
        #expect(lsn.rawValue == value)
        #expect(LSN(lsn.description) == lsn)
    }

    @Test(arguments: [
        "", "/", "0", "0/", "/0", "0/0/0", "G/0", " 0/0", "0/0 ", "000000001/0", "0/123456789", "-1/0", "0x1/0",
    ])
    func refusesWhatPostgreSQLRefuses(text: String) {
        #expect(LSN(text) == nil)
    }

    @Test func printsWithoutLeadingZeros() {
        #expect(LSN(rawValue: 0x1_0000_000A).description == "1/A")
    }

    @Test func comparesByPosition() {
        #expect(LSN(rawValue: 2) < LSN(rawValue: 0x1_0000_0000))
        #expect(LSN.invalid < LSN(rawValue: 1))
    }
}
