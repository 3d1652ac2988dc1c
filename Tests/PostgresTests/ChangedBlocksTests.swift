import Format
import Postgres
import Testing

@Suite struct ChangedBlocksTests {
    private static let file = RelationFile(tablespace: 1663, database: 5, number: 16384)

    private static func segment(_ number: UInt32, _ fork: RelationFile.Fork = .main) -> RelationFile {
        RelationFile(tablespace: 1663, database: 5, number: 16384, fork: fork, segment: number)
    }

    private static func change(
        _ changes: ChangedBlocks, _ segment: UInt32 = 0, pages: UInt32 = 131_072
    ) -> ChangedBlocks.Change {
        changes.change(of: Self.segment(segment), pageCount: pages, basePageCount: pages)
    }

    @Test func saysNothingOfWhatIsNotNamed() {
        #expect(Self.change(ChangedBlocks()) == .unchanged)
        #expect(Self.change(ChangedBlocks(), pages: 0) == .unchanged)
    }

    @Test func neverTrustsMapsOfSpaceAndVisibility() {
        for fork in [RelationFile.Fork.freeSpace, .visibility] {
            let file = Self.segment(0, fork)
            #expect(ChangedBlocks().change(of: file, pageCount: 1, basePageCount: 1) == .everything)
        }
        #expect(ChangedBlocks().change(of: Self.segment(0, .initial), pageCount: 1, basePageCount: 1) == .unchanged)
    }

    @Test func countsFromTheSegment() {
        var changes = ChangedBlocks()
        changes.note(Self.file, limit: .max)
        changes.note(Self.file, set: 0, offsets: [9, 2, 9, 65_535])
        changes.note(Self.file, set: 1, offsets: [0])
        changes.note(Self.file, set: 2, offsets: [3])
        changes.note(Self.file, set: 3, offsets: [65_535])
        #expect(Self.change(changes) == .blocks([2, 9, 65_535, 65_536]))
        #expect(Self.change(changes, 1) == .blocks([3, 131_071]))
        #expect(Self.change(changes, 2) == .unchanged)
        #expect(Self.change(changes, pages: 100) == .blocks([2, 9]))
        #expect(Self.change(changes, 1, pages: 131_071) == .blocks([3]))
    }

    @Test func unitesListsAndBits() {
        var changes = ChangedBlocks()
        var bits = [UInt64](repeating: 0, count: 1024)
        bits[0] = 0b110
        bits[1023] = 1 << 63
        changes.note(Self.file, set: 0, offsets: [5, 1])
        changes.note(Self.file, set: 0, bits: bits)
        changes.note(Self.file, set: 0, offsets: [7])
        #expect(Self.change(changes) == .blocks([1, 2, 5, 7, 65_535]))
    }

    @Test func turnsLongListsIntoBits() {
        var changes = ChangedBlocks()
        for start in stride(from: UInt16(0), to: 60_000, by: 1000) {
            changes.note(Self.file, set: 0, offsets: (start..<start + 1000).filter { $0 % 2 == 1 })
        }
        #expect(changes.byteCount < 10_000)
        #expect(Self.change(changes) == .blocks((0..<60_000).filter { $0 % 2 == 1 }))
    }

    /// A relation that was cut to 150,000 pages, and has been extended since.
    @Test func distrustsWhatLiesBehindACut() {
        var changes = ChangedBlocks()
        changes.note(Self.file, limit: 150_000)
        changes.note(Self.file, limit: 160_000)
        changes.note(Self.file, set: 0, offsets: [1])
        changes.note(Self.file, set: 2, offsets: [19_000])
        #expect(Self.change(changes) == .blocks([1]))
        #expect(Self.change(changes, 1, pages: 18_930) == .blocks(Array(18_928..<18_930)))
        #expect(Self.change(changes, 1, pages: 18_928) == .unchanged)
        #expect(Self.change(changes, 2) == .everything)
    }

    @Test func distrustsWhatTheBaseLacks() {
        var changes = ChangedBlocks()
        changes.note(Self.file, limit: .max)
        changes.note(Self.file, set: 0, offsets: [3, 101])
        let change = changes.change(of: Self.file, pageCount: 104, basePageCount: 100)
        #expect(change == .blocks([3, 100, 101, 102, 103]))
        #expect(changes.change(of: Self.file, pageCount: 50, basePageCount: 100) == .blocks([3]))
        #expect(ChangedBlocks().change(of: Self.file, pageCount: 51, basePageCount: 50) == .blocks([50]))
    }

    @Test func readsTheWholeWhereMostIsChanged() {
        var changes = ChangedBlocks()
        changes.note(Self.file, set: 0, offsets: Array(0..<90))
        #expect(Self.change(changes, pages: 100) == .blocks(Array(0..<90)))
        changes.note(Self.file, set: 0, offsets: [95])
        #expect(Self.change(changes, pages: 100) == .everything)
    }

    @Test func knowsNewDatabasesAndRelations() {
        var changes = ChangedBlocks()
        changes.note(Self.file, limit: 0)
        #expect(Self.change(changes) == .everything)
        changes = ChangedBlocks()
        changes.noteDatabase(tablespace: 1663, database: 5)
        #expect(Self.change(changes) == .everything)
        let other = RelationFile(tablespace: 1664, database: 5, number: 16384)
        #expect(changes.change(of: other, pageCount: 1, basePageCount: 1) == .unchanged)
    }

    @Test func givesUpWhereItIsTold() {
        let changes = ChangedBlocks()
        let far = Self.segment(32_768)
        #expect(changes.change(of: far, pageCount: 1, basePageCount: 1) == .everything)
        #expect(changes.change(of: Self.file, pageCount: 131_073, basePageCount: 1) == .everything)
    }

    @Test func staysWithinItsBound() {
        var changes = ChangedBlocks(bytesMax: 10_000)
        changes.note(Self.file, set: 0, offsets: [1])
        let large = RelationFile(tablespace: 1663, database: 5, number: 16385)
        for set: UInt32 in 0..<100 {
            changes.note(large, set: set, offsets: Array(0..<1000))
            #expect(changes.byteCount <= 10_000)
        }
        #expect(changes.change(of: large, pageCount: 131_072, basePageCount: 131_072) == .everything)
        #expect(Self.change(changes) == .blocks([1]))
        for number: UInt32 in 20_000..<20_100 {
            changes.note(RelationFile(tablespace: 1663, database: 5, number: number), limit: .max)
            #expect(changes.byteCount <= 10_000)
        }
        #expect(Self.change(changes) == .everything)
    }
}
