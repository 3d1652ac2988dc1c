import Format
import Postgres
import Testing

@Suite struct SegmentCheckTests {
    private static let system = SystemIdentifier(rawValue: 7_710_444_046_919_316)
    private static let child = TimelineID(rawValue: 3)

    private static func header(
        timeline: TimelineID? = .first, address: UInt64 = 0x2000000, segmentBytes: UInt32 = 16_777_216,
        system: SystemIdentifier = system
    ) throws -> [UInt8] {
        WALPageHeader(
            magic: 0xD110, flags: 6, timeline: try #require(timeline), pageAddress: LSN(rawValue: address),
            remainingByteCount: 0,
            long: .init(systemIdentifier: system, segmentByteCount: segmentBytes, pageByteCount: 8192)
        ).octets
    }

    private static func check(
        _ head: [UInt8], _ byteCount: UInt64 = 16_777_216, as name: String = "000000010000000000000002",
        size: SegmentSize? = .standard
    ) throws(PostgresError) {
        guard let name = SegmentName(name) else { return }
        try SegmentCheck(system: system, segmentSize: size).check(head: head.span, byteCount: byteCount, as: name)
    }

    private func expectRefusal(_ code: PostgresError.Code, _ body: () throws -> Void) {
        let error = #expect(throws: PostgresError.self) { try body() }
        #expect(error?.code == code)
        #expect(error?.object == "000000010000000000000002" || error?.object == "000000030000000000000002")
    }

    @Test func acceptsTheRightFile() throws {
        try Self.check(Self.header())
        try Self.check(Self.header(), size: nil)
    }

    /// Archived by servers of every version, two promotions included; `.partial` under its segment's name.
    @Test func acceptsWhatRealServersArchive() throws {
        for line in try Vectors.text("wal-heads.txt").split(separator: "\n") {
            let fields = line.split(separator: " ")
            let file = try #require(WALFileName(String(fields[1])))
            let name = try #require(file.segment)
            let byteCount = try #require(UInt64(fields[2]))
            let head = Vectors.octets(hexadecimal: fields[3])
            let claimed = try Self.parse(head)
            let system = try #require(claimed.long?.systemIdentifier)
            #expect(WALVersion.major(ofMagic: claimed.magic) == Int(fields[0]))
            let check = SegmentCheck(system: system, segmentSize: SegmentSize(byteCount: byteCount))
            try Self.run(check, head, byteCount, name)
            let size = try #require(check.segmentSize)
            let next = try #require(name.next(size: size))
            #expect(throws: PostgresError.self) { try Self.run(check, head, byteCount, next) }
        }
    }

    private static func parse(_ head: [UInt8]) throws(FormatError) -> WALPageHeader { try WALPageHeader(head.span) }

    private static func run(
        _ check: SegmentCheck, _ head: [UInt8], _ byteCount: UInt64, _ name: SegmentName
    ) throws(PostgresError) {
        try check.check(head: head.span, byteCount: byteCount, as: name)
    }

    /// The first segment of a promoted server begins with its parent's pages.
    @Test func acceptsAnAncestorsTimeline() throws {
        for timeline: UInt32 in 1...3 {
            try Self.check(Self.header(timeline: TimelineID(rawValue: timeline)), as: "000000030000000000000002")
        }
        expectRefusal(.wrongTimeline) {
            try Self.check(Self.header(timeline: TimelineID(rawValue: 4)), as: "000000030000000000000002")
        }
    }

    @Test func refusesAnotherCluster() {
        expectRefusal(.wrongSystem) {
            try Self.check(Self.header(system: SystemIdentifier(rawValue: 1)))
        }
    }

    @Test func refusesAnotherSize() {
        expectRefusal(.wrongSize) { try Self.check(Self.header(segmentBytes: 1_048_576), 1_048_576) }
        expectRefusal(.wrongSize) { try Self.check(Self.header(segmentBytes: 16_777_215), 16_777_215) }
        expectRefusal(.wrongSize) { try Self.check(Self.header(segmentBytes: 0), 0, size: nil) }
        for byteCount: UInt64 in [0, 40, 16_777_215, 16_777_217, .max] {
            expectRefusal(.wrongSize) { try Self.check(Self.header(), byteCount) }
        }
    }

    @Test func refusesAnotherPosition() {
        for address: UInt64 in [0, 0x1000000, 0x3000000, 0x2002000, 0x1_0200_0000] {
            expectRefusal(.wrongPosition) { try Self.check(Self.header(address: address)) }
        }
    }

    @Test func refusesANameOfAnotherSize() throws {
        let header = try Self.header(address: 0x1_0000_0000)
        let error = #expect(throws: PostgresError.self) { try Self.check(header, as: "000000010000000000000100") }
        #expect(error?.code == .wrongPosition)
    }

    @Test func refusesWhatIsNoWAL() throws {
        let header = try Self.header()
        expectRefusal(.notWAL) { try Self.check([]) }
        expectRefusal(.notWAL) { try Self.check(Array(header.prefix(39))) }
        expectRefusal(.notWAL) { try Self.check(Array(repeating: 0, count: 8192)) }
        expectRefusal(.foreignByteOrder) { try Self.check([0xD1, 0x10] + header.dropFirst(2)) }
        var short = header
        short[2] = 0x04
        expectRefusal(.notWAL) { try Self.check(short) }
    }

    @Test func saysWhatDisagrees() {
        let error = #expect(throws: PostgresError.self) { try Self.check(Self.header(address: 0x3000000)) }
        #expect(
            error?.description == """
                check WAL file "000000010000000000000002": page address 0/3000000 in the file, 0/2000000 expected
                """)
        #expect(error?.hint != nil)
    }
}
