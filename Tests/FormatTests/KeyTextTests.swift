import Format
import Testing

@Suite struct KeyTextTests {
    private func parse(_ text: String) throws(KeyTextError) -> KeyText {
        let octets = Array(text.utf8)
        return try KeyText.parse(octets.span)
    }

    @Test(arguments: KeyText.Kind.allCases) func textsAreParsedAgain(kind: KeyText.Kind) throws {
        let payload = (0..<kind.payloadByteCount).map { UInt8($0) }
        let key = KeyText(kind: kind, payload: payload, checksum: [1, 2, 3, 4])
        #expect(key.text.hasPrefix(kind.rawValue))
        #expect(try parse(key.text) == key)
    }

    @Test(arguments: KeyText.Kind.allCases) func otherLengthsAndCharactersAreRefused(kind: KeyText.Kind) {
        let payload = [UInt8](repeating: 0, count: kind.payloadByteCount)
        let text = KeyText(kind: kind, payload: payload, checksum: [0, 0, 0, 0]).text
        for wrong in [String(text.dropLast()), text + "a", kind.rawValue, text.uppercased(), " " + text] {
            #expect(throws: KeyTextError.self) { try parse(wrong) }
        }
        #expect(throws: KeyTextError.badCharacter(kind)) { try parse(text.dropLast() + "1") }
        #expect(throws: KeyTextError.unknownKind) { try parse("") }
        #expect(throws: KeyTextError.unknownKind) { try parse("trunkline-") }
    }

    @Test func noPrefixBeginsAnotherOne() {
        for kind in KeyText.Kind.allCases {
            for other in KeyText.Kind.allCases where other != kind {
                #expect(!other.rawValue.hasPrefix(kind.rawValue))
            }
        }
    }

    @Test func lockedIdentitiesAreParsedAgain() {
        let fields = LockedIdentityFields(
            passes: 3, memoryKiB: 0x0102_0304, salt: Array(repeating: 1, count: 16),
            nonce: Array(repeating: 2, count: 24), box: Array(repeating: 3, count: 48))
        let octets = fields.encode()
        #expect(Array(octets[..<6]) == [1, 3, 4, 3, 2, 1])
        #expect(LockedIdentityFields.parse(octets.span) == fields)
        for wrong in [[], Array(octets.dropLast()), octets + [0], [2] + octets.dropFirst()] {
            #expect(LockedIdentityFields.parse(wrong.span) == nil)
        }
    }
}
