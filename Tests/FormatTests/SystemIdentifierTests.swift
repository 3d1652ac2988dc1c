import Format
import Testing

@Suite struct SystemIdentifierTests {
    @Test(arguments: ["0", "1", "7434568976543219876", "18446744073709551615"])
    func readsWhatItPrints(text: String) {
        #expect(SystemIdentifier(text)?.description == text)
    }

    @Test(arguments: [
        "", "00", "01", "+1", "-1", "1 ", "18446744073709551616", "99999999999999999999999", "0x1", "1/2",
    ])
    func refusesOtherTexts(text: String) {
        #expect(SystemIdentifier(text) == nil)
    }
}
