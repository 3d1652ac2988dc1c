import Format
import Postgres
import Testing

@Suite struct SummaryReaderTests {
    private static let names = [
        "summary-17-database", "summary-17-truncated", "summary-17-updated", "summary-18-created",
    ]

    private static func bytes(_ name: String) throws -> [UInt8] {
        Vectors.octets(hexadecimal: try Vectors.text("\(name).hex"))
    }

    private static func read(_ bytes: [UInt8]) throws(PostgresError) -> ChangedBlocks {
        var changes = ChangedBlocks()
        var reader = SummaryReader(bytes, object: "test")
        try reader.read(into: &changes)
        return changes
    }

    /// What pg_walsummary says of one fork.
    private struct Expected {
        var limit = UInt32.max
        var blocks: [UInt32] = []
    }

    /// Lines such as `TS 1663, DB 5, REL 1249, FORK main: blocks 2..3`.
    private static func expected(_ name: String) throws -> [RelationFile: Expected] {
        let forks: [Substring: RelationFile.Fork] = [
            "main": .main, "fsm": .freeSpace, "vm": .visibility, "init": .initial,
        ]
        var all: [RelationFile: Expected] = [:]
        for line in try Vectors.text("\(name).txt").split(separator: "\n") {
            let words = line.split { ", :".contains($0) }
            let numbers = try [words[1], words[3], words[5]].map { try #require(UInt32($0)) }
            let file = RelationFile(
                tablespace: numbers[0], database: numbers[1], number: numbers[2], fork: try #require(forks[words[7]]))
            let ends = try words[9].split(separator: ".").map { try #require(UInt32($0)) }
            if words[8] == "limit" {
                all[file, default: Expected()].limit = ends[0]
            } else {
                all[file, default: Expected()].blocks += ends[0]...(ends.last ?? ends[0])
            }
        }
        return all
    }

    @Test(arguments: names) func agreesWithPgWalsummary(name: String) throws {
        let changes = try Self.read(try Self.bytes(name))
        let expected = try Self.expected(name)
        #expect(!expected.isEmpty)
        for (file, entry) in expected where file.fork == .main || file.fork == .initial {
            let change = changes.change(of: file, pageCount: 131_072, basePageCount: 131_072)
            #expect(change == (entry.limit == 0 ? .everything : .blocks(entry.blocks)), "\(file)")
        }
        let stranger = RelationFile(tablespace: 1663, database: 5, number: 4_000_000)
        #expect(changes.change(of: stranger, pageCount: 10, basePageCount: 10) == .unchanged)
    }

    @Test func knowsANewDatabase() throws {
        let changes = try Self.read(try Self.bytes("summary-17-database"))
        let file = RelationFile(tablespace: 1663, database: 16398, number: 1259)
        #expect(changes.change(of: file, pageCount: 10, basePageCount: 10) == .everything)
    }

    @Test(arguments: ["summary-17-database", "summary-17-truncated"])
    func noticesEveryChangedBitAndLength(name: String) throws {
        let original = try Self.bytes(name)
        for bit in 0..<original.count * 8 {
            var bytes = original
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            let error = #expect(throws: PostgresError.self, "bit \(bit)") { try Self.read(bytes) }
            #expect(error?.code == .badSummary)
        }
        for count in original.indices {
            #expect(throws: PostgresError.self) { try Self.read(Array(original.prefix(count))) }
        }
        #expect(throws: PostgresError.self) { try Self.read(original + [0]) }
    }

    /// A right checksum does not make impossible fields possible.
    @Test func refusesImpossibleFields() throws {
        let entry: [UInt32] = [1663, 5, 16384, 0, .max]
        let none: [UInt32] = [0, 0, 0, 0, 0, 0]
        #expect(throws: Never.self) { try Self.read(Self.file(entry + [0] + none)) }
        let bad: [[UInt32]] = [
            [], entry, entry + [0], entry + [.max] + none, [1663, 5, 16384, 4, .max, 0] + none,
            [1663, 5, 16384, .max, .max, 0] + none, entry + [1, 4097] + none, entry + [1, 5] + none, none + none,
        ]
        for words in bad {
            let error = #expect(throws: PostgresError.self, "\(words)") { try Self.read(Self.file(words)) }
            #expect(error?.code == .badSummary)
        }
    }

    private static func file(_ words: [UInt32]) -> [UInt8] {
        let bytes = ([0x652B_137B] + words).flatMap { LittleEndian.octets($0) }
        return bytes + LittleEndian.octets(ControlChecksum.of(bytes.span, count: bytes.count))
    }
}
