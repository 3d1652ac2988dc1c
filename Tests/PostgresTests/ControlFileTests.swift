import Format
import Platform
import Postgres
import TestSupport
import Testing

@Suite struct ControlFileTests {
    static let names = (14...18).flatMap { major in ["new", "standby", "running"].map { "control-\(major)-\($0)" } }

    static func read(_ bytes: [UInt8]) throws(PostgresError) -> ControlFile {
        try ControlFile(bytes.span)
    }

    static func bytes(_ name: String = "control-15-new") throws -> [UInt8] {
        Vectors.octets(hexadecimal: try Vectors.text("\(name).hex"))
    }

    /// The lines of pg_controldata, by what stands before the colon.
    private static func expected(_ name: String) throws -> [String: String] {
        let lines = try Vectors.text("\(name).txt").split(separator: "\n")
        return Dictionary(
            uniqueKeysWithValues: lines.compactMap { line in
                guard let colon = line.firstIndex(of: ":") else { return nil }
                return (String(line[..<colon]), String(line[line.index(after: colon)...].drop { $0 == " " }))
            })
    }

    private static func words(_ state: ControlFile.State) -> String {
        switch state {
        case .startingUp: "starting up"
        case .shutDown: "shut down"
        case .shutDownInRecovery: "shut down in recovery"
        case .shuttingDown: "shutting down"
        case .inCrashRecovery: "in crash recovery"
        case .inArchiveRecovery: "in archive recovery"
        case .inProduction: "in production"
        }
    }

    @Test(arguments: names)
    func agreesWithControldata(name: String) throws {
        let file = try Self.read(try Self.bytes(name))
        let actual = [
            "pg_control version number": "\(file.controlVersion)",
            "Catalog version number": "\(file.catalogVersion)",
            "Database system identifier": "\(file.system)",
            "Database cluster state": Self.words(file.state),
            "Latest checkpoint location": "\(file.checkpoint.position)",
            "Latest checkpoint's REDO location": "\(file.checkpoint.redo)",
            "Latest checkpoint's TimeLineID": "\(file.checkpoint.timeline)",
            "Latest checkpoint's PrevTimeLineID": "\(file.checkpoint.previousTimeline)",
            "Minimum recovery ending location": "\(file.recovery.minimumPosition)",
            "Min recovery ending loc's timeline": file.recovery.minimumTimeline.map { "\($0)" } ?? "0",
            "Backup start location": "\(file.recovery.backupStart)",
            "Backup end location": "\(file.recovery.backupEnd)",
            "End-of-backup record required": file.recovery.needsBackupEnd ? "yes" : "no",
            "Database block size": "\(file.pageByteCount)",
            "WAL block size": "\(file.walPageByteCount)",
            "Bytes per WAL segment": "\(file.segmentSize.byteCount)",
            "Data page checksum version": file.hasDataChecksums ? "1" : "0",
        ]
        #expect(actual == (try Self.expected(name)))
        #expect(file.major.map { name.hasPrefix("control-\($0)-") } == true)
        #expect(file.modified > 1_700_000_000 && file.checkpoint.time > 1_700_000_000)
    }

    /// A checksum over every byte that is read: no single bit may change unnoticed.
    @Test func noticesEveryChangedBit() throws {
        let original = try Self.bytes()
        for bit in 0..<292 * 8 {
            var bytes = original
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: PostgresError.self, "bit \(bit)") { try Self.read(bytes) }
        }
    }

    @Test func noticesEveryShorterLength() throws {
        let original = try Self.bytes()
        for count in 0..<292 {
            #expect(throws: PostgresError.self, "\(count) bytes") { try Self.read(Array(original.prefix(count))) }
        }
        #expect(try Self.read(Array(original.prefix(292))) == Self.read(original))
    }

    @Test(arguments: [
        ([], PostgresError.Code.damaged), (Array(repeating: 0, count: 8192), .damaged),
        (Array(repeating: 0xFF, count: 8192), .unsupportedVersion), (version(1201), .unsupportedVersion),
        (version(UInt32(1300).byteSwapped), .foreignByteOrder), (version(1300), .damaged),
    ])
    func namesWhatIsWrong(bytes: [UInt8], code: PostgresError.Code) {
        let error = #expect(throws: PostgresError.self) { try Self.read(bytes) }
        #expect(error?.code == code)
    }

    private static func version(_ version: UInt32) -> [UInt8] {
        Array(repeating: 1, count: 8) + LittleEndian.octets(version) + Array(repeating: 1, count: 500)
    }

    /// A right checksum does not make impossible fields possible.
    @Test(arguments: [(16, UInt32(7)), (48, 0), (52, 0), (228, 16_777_215)])
    func refusesImpossibleFields(offset: Int, value: UInt32) throws {
        var bytes = try Self.bytes()
        bytes.replaceSubrange(offset..<offset + 4, with: LittleEndian.octets(value))
        bytes.replaceSubrange(288..<292, with: LittleEndian.octets(ControlChecksum.of(bytes.span, count: 288)))
        let error = #expect(throws: PostgresError.self) { try Self.read(bytes) }
        #expect(error?.code == .damaged)
    }

    /// Forks number their catalogs as they like; their layout is still told by the control version.
    @Test(arguments: [("control-15-new", nil), ("control-17-new", 17), ("control-18-new", 18)] as [(String, Int?)])
    func knowsNoMajorOfAnUnknownCatalog(name: String, major: Int?) throws {
        var bytes = try Self.bytes(name)
        let end = name == "control-18-new" ? 292 : 288
        bytes.replaceSubrange(12..<16, with: LittleEndian.octets(UInt32(202_601_011)))
        bytes.replaceSubrange(end..<end + 4, with: LittleEndian.octets(ControlChecksum.of(bytes.span, count: end)))
        #expect(try Self.read(bytes).major == major)
    }

    @Test func readsTheFileOfADirectory() throws {
        let directory = try TemporaryDirectory()
        let bytes = try Self.bytes()
        try directory.write("global/pg_control", bytes + Array(repeating: 0, count: 8192 - bytes.count))
        #expect(try ControlFile.read(in: DataDirectory(directory.path)) == Self.read(bytes))
    }

    @Test func givesUpOnADamagedFile() throws {
        let directory = try TemporaryDirectory()
        var bytes = try Self.bytes()
        bytes[100] ^= 1
        try directory.write("global/pg_control", bytes)
        let data = try DataDirectory(directory.path)
        let error = #expect(throws: PostgresError.self) { try ControlFile.read(in: data) }
        #expect(error?.code == .damaged)
        #expect(error?.object == "\(directory.path)/global/pg_control")
    }
}
