import Format
import TestSupport
import Testing

@Suite struct TimelineHistoryTests {
    private static let third = TimelineID(rawValue: 3)

    private static func read(_ text: String, of number: UInt32 = 3) throws -> TimelineHistory {
        let timeline = try #require(TimelineID(rawValue: number))
        return try TimelineHistory(of: timeline, Array(text.utf8).span)
    }

    /// As `writeTimeLineHistory` makes it: the parent's file, a line feed, and one more line.
    private static let typical =
        "1\t0/3000148\tno recovery target specified\n\n2\t1/A000000\tbefore 2026-11-21 02:00:00+00\n"

    @Test func readsWhatPostgreSQLWrites() throws {
        let history = try Self.read(Self.typical)
        #expect(history.timeline == Self.third)
        #expect(history.ancestors.map(\.timeline.rawValue) == [1, 2])
        #expect(history.ancestors.map(\.switchPoint) == [LSN("0/3000148"), LSN("1/A000000")])
        #expect(history.ancestors.map(\.reason) == ["no recovery target specified", "before 2026-11-21 02:00:00+00"])
        #expect(history.begin == LSN("1/A000000"))
    }

    @Test(arguments: [
        "# comment\n \t\n1 0/3000148\n", "  1\t0/3000148", "1\t0/3000148 \r\n", "1\t  0/3000148\tx\n#2\t0/0\n",
        "\n\n1\t0/03000148\n",
        "1\t00000000/03000148\t\n",
    ])
    func acceptsWhatPostgreSQLAccepts(text: String) throws {
        let history = try Self.read(text)
        #expect(history.ancestors.count == 1)
        #expect(history.ancestors.first?.switchPoint == LSN("0/3000148"))
    }

    @Test(arguments: ["", "\n", "# nothing\n", "   "])
    func withoutLinesThereAreNoParents(text: String) throws {
        #expect(try Self.read(text).ancestors.isEmpty)
    }

    @Test(arguments: [
        ("x\n", 1, "expected a timeline number"),
        ("0\t0/1\n", 1, "expected a timeline number"),
        ("4294967296\t0/1\n", 1, "expected a timeline number"),
        ("-1\t0/1\n", 1, "expected a timeline number"),
        ("\n1\n", 2, "expected a switch point such as 16/B374D848"),
        ("1\t0\n", 1, "expected a switch point such as 16/B374D848"),
        ("1A/0\n", 1, "expected a switch point such as 16/B374D848"),
        ("1\t0/123456789\n", 1, "expected a switch point such as 16/B374D848"),
        ("1\t0/1\n1\t0/2\n", 2, "timeline 1 after timeline 1; timelines must ascend"),
        ("2\t0/1\n1\t0/2\n", 2, "timeline 1 after timeline 2; timelines must ascend"),
        ("1\t0/1\n3\t0/2\n", 2, "timeline 3 as a parent of 3; timelines must ascend"),
        ("\0\0\0\n", 1, "a zero byte"),
        ("# " + String(repeating: "x", count: 1_022) + "\n", 1, "1024 bytes, at most 1023 are allowed"),
    ])
    func refusesWithTheLine(text: String, line: Int, cause: String) {
        #expect(throws: FormatError(.badValue, "timeline history", cause, line: line)) { try Self.read(text) }
    }

    @Test func hasABound() {
        let text = String(repeating: "#\n", count: TimelineHistory.byteCountMax / 2 + 1)
        #expect(throws: FormatError(.tooLong, "timeline history", "1048578 bytes, at most 1048576 are allowed")) {
            try Self.read(text)
        }
    }

    @Test func findsTheTimelineOfAPosition() throws {
        let history = try Self.read(Self.typical)
        #expect(history.timeline(containing: .invalid).rawValue == 1)
        #expect(history.timeline(containing: LSN(rawValue: 0x3000147)).rawValue == 1)
        #expect(history.timeline(containing: LSN(rawValue: 0x3000148)).rawValue == 2)
        #expect(history.timeline(containing: LSN(rawValue: 0x1_0A00_0000)).rawValue == 3)
        #expect(history.timeline(containing: LSN(rawValue: .max)).rawValue == 3)
        #expect(history.switchPoint(of: .first) == LSN("0/3000148"))
        #expect(history.switchPoint(of: history.timeline) == nil)
        #expect(history.contains(.first) && history.contains(history.timeline))
    }

    /// Recovery along timeline 3 that stopped before 3 began: PostgreSQL writes such a history for timeline 4.
    @Test func theNewestMatchCountsWhereSwitchPointsRunBackwards() throws {
        let history = try Self.read("1\t0/2000000\ta\n2\t0/9000000\tb\n3\t0/3000000\tc\n", of: 4)
        #expect(history.timeline(containing: LSN(rawValue: 0x1000000)).rawValue == 1)
        #expect(history.timeline(containing: LSN(rawValue: 0x2000000)).rawValue == 2)
        #expect(history.timeline(containing: LSN(rawValue: 0x3000000)).rawValue == 4)
        #expect(history.timeline(containing: LSN(rawValue: 0x9000000)).rawValue == 4)
    }

    /// PostgreSQL takes 0/0 for no position at all.
    @Test func aSwitchAtZeroBoundsNothing() throws {
        let history = try Self.read("1\t0/0\n")
        #expect(history.stretches.allSatisfy { $0.begin == nil && $0.end == nil })
        #expect(history.timeline(containing: LSN(rawValue: 1)).rawValue == 3)
    }

    @Test func theRootHasNoParents() {
        let history = TimelineHistory(root: .first)
        #expect(history.begin == nil)
        #expect(history.timeline(containing: LSN(rawValue: 5)) == .first)
        #expect(history.text.isEmpty)
    }

    @Test func readsWhatItPrints() throws {
        var random = SeededRandom("readsWhatItPrints")
        for _ in 0..<500 {
            let numbers = Set(
                (0..<Int.random(in: 0...20, using: &random)).map { _ in UInt32.random(in: 1...1000, using: &random) })
            let text = numbers.sorted().map { "\($0)\t\(LSN(rawValue: random.next()))\treason \($0)\n" }.joined()
            let history = try Self.read(text, of: 1001)
            #expect(history.text == text)
            #expect(try Self.read(history.text, of: 1001) == history)
        }
    }

    @Test func neverTrapsOnDamage() {
        var random = SeededRandom("neverTrapsOnDamage")
        for _ in 0..<5_000 {
            let bytes = random.damaged(Array(Self.typical.utf8))
            guard let timeline = Self.third, let history = try? TimelineHistory(of: timeline, bytes.span) else {
                continue
            }
            _ = history.timeline(containing: LSN(rawValue: random.next()))
            #expect(
                (try? TimelineHistory(of: timeline, Array(history.text.utf8).span))?.ancestors.count
                    == history.ancestors.count)
        }
    }
}
