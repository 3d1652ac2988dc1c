import Format
import TestSupport
import Testing

@Suite struct OctetReaderTests {
    @Test(
        arguments: [
            (0, [0]), (1, [1]), (0x7F, [0x7F]), (0x80, [0x80, 1]), (300, [0xAC, 2]), (1 << 14, [0x80, 0x80, 1]),
            (.max, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1]),
            (1 << 63, [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1]),
        ] as [(UInt64, [UInt8])])
    func numbersHaveOneForm(value: UInt64, octets: [UInt8]) throws {
        var writer = OctetWriter()
        writer.number(value)
        #expect(writer.octets == octets)
        var reader = OctetReader(octets, of: "thing")
        #expect(try reader.number() == value)
        #expect(reader.remaining == 0)
    }

    @Test(
        arguments: [
            ([], .tooShort, "it ends early"), ([0x80], .tooShort, "it ends early"),
            ([0x80, 0], .badValue, "a number is longer than it has to be"),
            ([0xFF, 0xFF, 0x80, 0], .badValue, "a number is longer than it has to be"),
            ([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2], .badValue, "a number has more than 64 bits"),
            (
                [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x81, 0], .badValue,
                "a number has more than 64 bits"
            ),
        ] as [([UInt8], FormatError.Code, String)])
    func otherNumbersAreRefused(octets: [UInt8], code: FormatError.Code, cause: String) {
        var reader = OctetReader(octets, of: "thing")
        #expect(throws: FormatError(code, "thing", cause)) { try reader.number() }
    }

    @Test func aStructureIsTakenApartInItsOrder() throws {
        var writer = OctetWriter()
        writer.number(7)
        writer.text("zwölf")
        writer.counted([1, 2, 3])
        writer.raw([4, 5])
        writer.word(0x0403_0201)
        writer.long(.max)
        #expect(
            writer.octets
                == [7, 6] + Array("zwölf".utf8) + [3, 1, 2, 3, 4, 5, 1, 2, 3, 4] + Array(repeating: 0xFF, count: 8))
        var reader = OctetReader(writer.octets, of: "thing")
        #expect(try reader.number(upTo: 7, "a digit") == 7)
        #expect(try reader.text() == "zwölf")
        #expect(try reader.counted() == [1, 2, 3])
        #expect(throws: FormatError(.badValue, "thing", "14 bytes follow its end")) { try reader.finish() }
        #expect(try reader.raw(2) == [4, 5])
        #expect(try reader.word() == 0x0403_0201)
        #expect(try reader.long() == .max)
        try reader.finish()
    }

    @Test func limitsHold() {
        var reader = OctetReader([9, 9, 9], of: "thing")
        #expect(throws: FormatError(.badValue, "thing", "a digit is 9, at most 8 is possible")) {
            try reader.number(upTo: 8, "a digit")
        }
        // The last index of an empty list: there is none.
        #expect(throws: FormatError.self) { try reader.number(upTo: -1, "an index") }
    }

    @Test func nothingIsReservedForAPromise() throws {
        var reader = OctetReader([200, 1] + Array(repeating: 0, count: 100), of: "thing")
        #expect(throws: FormatError(.tooShort, "thing", "200 rows are announced, 100 bytes are left")) {
            try reader.count(of: "rows")
        }
        reader = OctetReader([50] + Array(repeating: 0, count: 100), of: "thing")
        #expect(try reader.count(of: "rows", eachAtLeast: 2) == 50)
        reader = OctetReader([51] + Array(repeating: 0, count: 100), of: "thing")
        #expect(throws: FormatError.self) { try reader.count(of: "rows", eachAtLeast: 2) }
    }

    @Test func whatIsCutOffIsTooShort() {
        for (octets, read) in [
            ([3, 1, 2], { reader in _ = try reader.counted() }), ([1, 2, 3], { reader in _ = try reader.word() }),
            ([1, 2, 3, 4, 5, 6, 7], { reader in _ = try reader.long() }), ([1], { reader in _ = try reader.raw(2) }),
        ] as [([UInt8], (inout OctetReader) throws -> Void)] {
            var reader = OctetReader(octets, of: "thing")
            #expect(throws: FormatError.self) { try read(&reader) }
        }
        var reader = OctetReader([2, 0xC3, 0x28], of: "thing")
        #expect(throws: FormatError(.badValue, "thing", "a text is not UTF-8")) { try reader.text() }
    }

    @Test func anyNumberIsReadAsItWasWritten() throws {
        var random = SeededRandom("OctetReaderTests.anyNumberIsReadAsItWasWritten")
        let numbers = (0..<1000).map { _ in random.next() >> UInt64.random(in: 0...63, using: &random) }
        var writer = OctetWriter()
        for number in numbers { writer.number(number) }
        var reader = OctetReader(writer.octets, of: "thing")
        for number in numbers { #expect(try reader.number() == number) }
        try reader.finish()
    }
}
