import Format
import TestSupport
import Testing

/// Its checksum is Codec's (CodecTests/BackupVectorTests).
@Suite struct PackDirectoryTests {
    private static let zeros = [UInt8](repeating: 0, count: PackDirectory.checksumByteCount)

    private static func directory(_ entries: [(UInt64, UInt32)]) -> PackDirectory {
        PackDirectory(entries: entries.map { PackDirectory.Entry(offset: $0.0, byteCount: $0.1) })
    }

    @Test func fieldsAreWhereTheDocumentSays() {
        let octets = Self.directory([(0x0102, 0x0304), (0x0506, 0x0708)]).encodeChecked()
        #expect(
            octets == [2, 1, 0, 0, 0, 0, 0, 0, 4, 3, 0, 0, 6, 5, 0, 0, 0, 0, 0, 0, 8, 7, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]
                + Array("TRNKPACK".utf8))
        #expect(octets.count + 32 == Self.directory([(0, 1), (1, 1)]).byteCount)
    }

    @Test func anyDirectoryIsReadAsItIsWritten() throws {
        var random = SeededRandom("PackDirectoryTests.anyDirectoryIsReadAsItIsWritten")
        for _ in 0..<100 {
            var end: UInt64 = 0
            var entries: [(UInt64, UInt32)] = []
            for _ in 0..<Int.random(in: 0...20, using: &random) {
                let length = UInt32.random(in: 1...5_000_000, using: &random)
                entries.append((end, length))
                end += UInt64(length)
            }
            let directory = Self.directory(entries.shuffled(using: &random))
            let octets = directory.encodeChecked() + Self.zeros
            #expect(try PackDirectory.byteCount(footer: Array(octets.suffix(48))) == octets.count)
            #expect(try PackDirectory.parse(octets, objectByteCount: end + UInt64(octets.count)) == directory)
        }
    }

    @Test func chaptersFillThePack() {
        for entries: [(UInt64, UInt32)] in [
            [(1, 99)], [(0, 99)], [(0, 101)], [(0, 50), (51, 49)], [(0, 51), (50, 50)], [(0, 100), (0, 100)],
            [(0, 100), (100, 0)], [(0, 100), (.max, 1)], [],
        ] {
            let octets = Self.directory(entries).encodeChecked() + Self.zeros
            #expect(throws: FormatError.self) {
                try PackDirectory.parse(octets, objectByteCount: 100 + UInt64(octets.count))
            }
        }
    }

    @Test func otherFootersAreRefused() {
        let octets = Self.directory([(0, 100)]).encodeChecked() + Self.zeros
        let objectByteCount = UInt64(100 + octets.count)
        for index in 12..<28 {
            var damaged = octets
            damaged[index] ^= 0xFF
            #expect(throws: FormatError.self) { try PackDirectory.parse(damaged, objectByteCount: objectByteCount) }
        }
        for count in octets.indices {
            #expect(throws: FormatError.self) {
                try PackDirectory.parse(Array(octets.prefix(count)), objectByteCount: objectByteCount)
            }
            #expect(throws: FormatError.self) {
                try PackDirectory.parse(Array(octets.suffix(count)), objectByteCount: objectByteCount)
            }
        }
        #expect(throws: FormatError.self) { try PackDirectory.parse(octets, objectByteCount: 10) }
        #expect(throws: FormatError.self) { try PackDirectory.byteCount(footer: Array(octets.suffix(47))) }
    }
}
