import Format
import TestSupport
import Testing

@Suite struct WALPageHeaderTests {
    /// The first 40 bytes of a segment that PostgreSQL 15 wrote.
    static let first: [UInt8] = [
        0x10, 0xD1, 0x06, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xEF, 0xCD, 0xAB, 0x89, 0x67, 0x45, 0x23, 0x01,
        0x00, 0x00, 0x00, 0x01, 0x00, 0x20, 0x00, 0x00,
    ]

    private static func read(_ bytes: [UInt8]) throws(FormatError) -> WALPageHeader {
        try WALPageHeader(bytes.span)
    }

    private static func changed(_ offset: Int, to bytes: [UInt8]) -> [UInt8] {
        var header = first
        header.replaceSubrange(offset..<offset + bytes.count, with: bytes)
        return header
    }

    @Test func readsALongHeader() throws {
        let header = try Self.read(Self.first)
        #expect(header.magic == 0xD110)
        #expect(WALVersion.major(ofMagic: header.magic) == 15)
        #expect(header.flags == 6)
        #expect(header.timeline == .first)
        #expect(header.pageAddress == LSN("0/2000000"))
        #expect(header.remainingByteCount == 0)
        let long = try #require(header.long)
        #expect(long.systemIdentifier.rawValue == 0x0123_4567_89AB_CDEF)
        #expect(long.segmentByteCount == 16_777_216)
        #expect(long.pageByteCount == 8192)
        #expect(header.octets == Self.first)
    }

    @Test func readsAShortHeader() throws {
        let header = try Self.read(Array(Self.changed(2, to: [0x05, 0x00]).prefix(20)))
        #expect(header.long == nil)
        #expect(header.octets.count == 24)
    }

    @Test func readsEveryKnownVersion() throws {
        for major in WALVersion.supportedMajors {
            let magic = try #require(WALVersion.magic(ofMajor: major))
            #expect(WALVersion.major(ofMagic: magic) == major)
            #expect(try Self.read(Self.changed(0, to: [UInt8(magic & 0xFF), 0xD1])).magic == magic)
        }
    }

    @Test func acceptsANewerVersionAndItsFlags() throws {
        let header = try Self.read(Self.changed(0, to: [0x77, 0xD1, 0x12, 0x00]))
        #expect(WALVersion.major(ofMagic: header.magic) == nil)
        #expect(header.long != nil)
    }

    @Test(arguments: [
        (Array(first.prefix(19)), FormatError.Code.tooShort), (Array(first.prefix(39)), .tooShort), ([], .tooShort),
        (changed(0, to: [0xD1, 0x10]), .foreignByteOrder), (changed(0, to: [0, 0]), .notRecognised),
        (changed(0, to: [0x1F, 0x8B]), .notRecognised), (changed(2, to: [0x16, 0x00]), .badValue),
        (changed(4, to: [0, 0, 0, 0]), .badValue),
    ])
    func refuses(bytes: [UInt8], code: FormatError.Code) {
        let error = #expect(throws: FormatError.self) { try Self.read(bytes) }
        #expect(error?.code == code)
    }

    @Test func neverTrapsOnDamageAndPrintsWhatItRead() {
        var random = SeededRandom("neverTrapsOnDamageAndPrintsWhatItRead")
        for _ in 0..<20_000 {
            let bytes = Bool.random(using: &random) ? random.damaged(Self.first) : random.octets(countMax: 64)
            guard let header = try? Self.read(bytes) else { continue }
            #expect((try? Self.read(header.octets)) == header)
        }
    }
}
