import Format
import Operations
import Platform
import Postgres
import Storage
import Stream
import TestSupport
import Testing

@testable import Operations

@Suite struct BackupWorkerTests {
    private let stage: BackupStage
    private static let page = 8192
    private static let block = BackupBlock.byteCount

    init() throws { stage = try BackupStage() }

    private func write(_ name: String, _ octets: [UInt8]) throws { try stage.directory.write(name, octets) }

    private func patch(_ name: String, at offset: Int, _ octets: [UInt8]) throws {
        try stage.directory.patch(name, at: offset, octets)
    }

    private func cut(_ name: String, to size: Int) throws { try stage.directory.cut(name, to: size) }

    private func remove(_ name: String) throws { try FileSystem.remove("\(stage.directory.path)/\(name)") }

    /// Files of all lengths that matter: none, around a page, a block and a chapter, and some of zeros.
    private func populate(_ random: inout SeededRandom) throws -> [String] {
        let (page, block, span) = (Self.page, Self.block, Int(BackupPlan.spanBytes))
        let lengths = [
            0, 1, page - 1, page, page + 1, block - 1, block, block + 1, 3 * block + 77, span - 1, span, span + 1,
            2 * span + block + 5,
        ]
        var names: [String] = []
        for (number, length) in lengths.enumerated() {
            names.append("base/1/\(16384 + number)")
            try write(names[number], random.noise(length))
        }
        try write("base/1/zeros", Array(repeating: 0, count: span + 3 * block + 100))
        var holes = random.noise(4 * block)
        holes.replaceSubrange(block..<2 * block, with: repeatElement(0, count: block))
        try write("base/1/holes", holes)
        try write("PG_VERSION", Array("15\n".utf8))
        return names + ["base/1/zeros", "base/1/holes", "PG_VERSION"]
    }

    private func expect(_ made: BackupStage.Made, read: Bool? = nil, stored: Bool) {
        if let read { #expect((made.counts.read > 0) == read) }
        #expect((made.counts.stored > 0) == stored)
    }

    @Test func aFullBackupIsReadTheSame() throws {
        var random = SeededRandom("full")
        let names = try populate(&random)
        let made = try stage.backUp(names)
        #expect(made.manifest.files.count == names.count)
        #expect(made.counts.read == made.manifest.byteCount)
        #expect(made.counts.reused == 0)
        #expect(made.manifest.files.allSatisfy { $0.checksum != nil })
        let zeros = try made.file("base/1/zeros")
        #expect(zeros.pieces == [FilePiece(.zeros, byteCount: Int(zeros.size))])
        try stage.expectRestorable(made)
        #expect(made.manifest.packs.allSatisfy { $0.id.backup == made.manifest.facts.id })
    }

    @Test func whatHasNotChangedIsNotEvenRead() throws {
        var random = SeededRandom("unchanged")
        let names = try populate(&random)
        let first = try stage.backUp(names)
        let second = try stage.backUp(names, base: first.base)
        expect(second, read: false, stored: false)
        #expect(second.manifest.files == first.manifest.files)
        #expect(second.manifest.packs == first.manifest.packs)
        try stage.expectRestorable(second)
        // Read again, it is found by its blocks.
        let third = try stage.backUp(names, base: second.base, rereads: true)
        expect(third, read: true, stored: false)
        #expect(third.counts.reused > 0)
        try stage.expectRestorable(third)
    }

    @Test func onlyTheChangedBlockIsStored() throws {
        var random = SeededRandom("one block")
        let names = try populate(&random)
        let first = try stage.backUp(names)
        let name = names[12]
        try patch(name, at: 2 * Int(BackupPlan.spanBytes) + 5, [1, 2, 3, 4])
        let second = try stage.backUp(names, base: first.base)
        #expect(second.counts.read == (try second.file(name)).size)
        #expect(second.counts.reused == second.counts.read - UInt64(Self.block))
        #expect(second.counts.stored < UInt64(Self.block + 4096))
        try stage.expectRestorable(second)
        // A block that was in another place before is stored again: nothing goes by content alone.
        let third = try stage.backUp(names, base: second.base)
        expect(third, read: false, stored: false)
        try stage.expectRestorable(third)
    }

    @Test func longChainsOfBackupsStayWhole() throws {
        var random = SeededRandom("chain")
        var names = try populate(&random)
        var last = try stage.backUp(names)
        for round in 0..<12 {
            for _ in 0..<4 {
                let name = names[Int.random(in: 0..<names.count, using: &random)]
                let size = try #require(try stage.directory.octets(of: name)).count
                switch Int.random(in: 0..<4, using: &random) {
                case 0: try cut(name, to: Int.random(in: 0...size, using: &random))
                case 1: try write(name, random.noise(Int.random(in: 0...2_000_000, using: &random)))
                default:
                    let count = Int.random(in: 1...100_000, using: &random)
                    try patch(name, at: Int.random(in: 0...size, using: &random), random.noise(count))
                }
            }
            if round % 3 == 0 {
                names.append("base/1/new\(round)")
                try write("base/1/new\(round)", random.noise(300_000))
            }
            last = try stage.backUp(names, base: last.base, rereads: round % 5 == 4)
            try stage.expectRestorable(last)
        }
    }

    // MARK: - Single pages

    /// Changes pages of a file, and says which.
    private func touch(_ name: String, _ pages: [UInt32], _ random: inout SeededRandom) throws -> BackupPlan.Changes {
        for page in pages { try patch(name, at: Int(page) * Self.page, random.octets(Self.page)) }
        return { _, _, _ in .blocks(pages) }
    }

    @Test(
        arguments: [
            [0], [159], [3, 4, 5], [15, 16], Array(32..<48), Array(32..<40), Array(32..<41),
            [1, 3, 5, 7, 9, 11, 13, 15],
            [1, 3, 5, 7, 9, 11, 13, 15, 14], [20, 159], Array(0..<140),
        ] as [[UInt32]])
    func changedPagesAloneAreRead(pages: [UInt32]) throws {
        var random = SeededRandom("pages")
        let pages = pages.sorted()
        try write("base/1/1", random.noise(160 * Self.page))
        let first = try stage.backUp(["base/1/1"])
        let second = try stage.backUp(
            ["base/1/1"], base: first.base, changes: try touch("base/1/1", pages, &random))
        let file = try second.file("base/1/1")
        #expect(file.checksum == nil)
        let regions = Dictionary(grouping: pages) { $0 / 16 }
        let expected = regions.values.reduce(0) { $0 + ($1.count > 8 ? 16 : $1.count) }
        #expect(second.counts.read == UInt64(expected * Self.page))
        #expect(second.counts.reused == UInt64((160 - expected) * Self.page))
        // Blocks of which only some pages were read have no hash, the others keep theirs.
        for (number, hash) in file.hashes.enumerated() {
            let changed = regions[UInt32(number)]?.count ?? 0
            #expect((hash == .unknown) == (changed > 0 && changed <= 8), "block \(number)")
            if changed == 0 { #expect(hash == (try first.file("base/1/1")).hashes[number]) }
        }
        try stage.expectRestorable(second)
    }

    /// However often single pages change, a block is put together from a few pieces.
    @Test func pagesDoNotAddUpToEverMorePieces() throws {
        var random = SeededRandom("many pages")
        try write("base/1/1", random.noise(64 * Self.page))
        var last = try stage.backUp(["base/1/1"])
        for _ in 0..<30 {
            let pages = Set((0..<4).map { _ in UInt32.random(in: 0..<64, using: &random) }).sorted()
            last = try stage.backUp(
                ["base/1/1"], base: last.base, changes: try touch("base/1/1", pages, &random))
            try stage.expectRestorable(last)
            #expect(try last.file("base/1/1").pieces.count <= 4 * 24)
        }
        // And whole blocks find their way back to hashes.
        let read = try stage.backUp(["base/1/1"], base: last.base, rereads: true)
        #expect(try read.file("base/1/1").hashes.allSatisfy { $0 != .unknown })
        try stage.expectRestorable(read)
    }

    @Test func pagesOfZerosTakeNoRoom() throws {
        var random = SeededRandom("zero pages")
        try write("base/1/1", random.noise(32 * Self.page))
        let first = try stage.backUp(["base/1/1"])
        try patch("base/1/1", at: 3 * Self.page, Array(repeating: 0, count: Self.page))
        let second = try stage.backUp(["base/1/1"], base: first.base) { _, _, _ in .blocks([3]) }
        expect(second, read: true, stored: false)
        try stage.expectRestorable(second)
    }

    @Test(arguments: [161, 170, 200, 320]) func aFileThatHasGrown(pages: Int) throws {
        var random = SeededRandom("grown")
        try write("base/1/1", random.noise(160 * Self.page))
        let first = try stage.backUp(["base/1/1"])
        try patch("base/1/1", at: 160 * Self.page, random.noise((pages - 160) * Self.page))
        let second = try stage.backUp(["base/1/1"], base: first.base) { _, count, known in
            #expect(count == UInt32(pages) && known == 160)
            return .blocks(Array(160..<UInt32(pages)))
        }
        #expect(try second.file("base/1/1").size == UInt64(pages * Self.page))
        try stage.expectRestorable(second)
    }

    @Test func aFileThatHasShrunkAndChanged() throws {
        var random = SeededRandom("shrunk")
        try write("base/1/1", random.noise(160 * Self.page))
        let first = try stage.backUp(["base/1/1"])
        try cut("base/1/1", to: 37 * Self.page)
        let second = try stage.backUp(
            ["base/1/1"], base: first.base, changes: try touch("base/1/1", [2, 36], &random))
        #expect(try second.file("base/1/1").size == UInt64(37 * Self.page))
        try stage.expectRestorable(second)
    }

    // MARK: - Files that change while they are read

    @Test func aRelationThatGrowsIsStoredAsItWas() throws {
        var random = SeededRandom("growing")
        let (one, large) = (random.noise(3 * Self.page), random.noise(6 << 20))
        try write("base/1/1", one)
        try write("base/1/2", large)
        let made = try stage.backUp(["base/1/1", "base/1/2"]) {
            for name in ["base/1/1", "base/1/2"] { try patch(name, at: 7 << 20, [1, 2, 3]) }
        }
        try stage.expectRestorable(made, ["base/1/1": one, "base/1/2": large])
    }

    /// The server replaces its small files by longer ones; half of one is none.
    @Test func otherFilesAreStoredToTheirEnd() throws {
        try write("postgresql.auto.conf", Array("a = 1\n".utf8))
        try write("pg_logical/replorigin_checkpoint", [1, 2, 3])
        let made = try stage.backUp(["postgresql.auto.conf", "pg_logical/replorigin_checkpoint"]) {
            let long = try stage.directory.write("new", Array(repeating: 66, count: 300_000))
            try FileSystem.rename(from: long, to: "\(stage.directory.path)/postgresql.auto.conf")
            let short = try stage.directory.write("new", [1])
            try FileSystem.rename(from: short, to: "\(stage.directory.path)/pg_logical/replorigin_checkpoint")
        }
        #expect(try made.file("postgresql.auto.conf").size == 300_000)
        try stage.expectRestorable(made)
        // And are not taken for unchanged by the next one.
        let next = try stage.backUp(["postgresql.auto.conf"], base: made.base)
        #expect(next.plan.kept.isEmpty)
    }

    /// Cut in every place, before it is read.
    @Test(arguments: [0, 1, page, block - 1, block, block + page, 4 << 20, (4 << 20) + 5, (5 << 20) + 77, 9 << 20])
    func aFileThatShrinksIsShorter(size: Int) throws {
        var random = SeededRandom("shrinking")
        let octets = random.noise(9 << 20)
        try write("base/1/1", octets)
        let made = try stage.backUp(["base/1/1"]) { try cut("base/1/1", to: size) }
        let file = try made.file("base/1/1")
        #expect(file.size == UInt64(size))
        #expect(file.hashes.count == BackupBlock.count(size: UInt64(size)))
        try stage.expectRestorable(made)
    }

    @Test(arguments: [0, page, 5 * page, 16 * page, 20 * page + 100, 33 * page])
    func aFileThatShrinksWhileItsPagesAreRead(size: Int) throws {
        var random = SeededRandom("shrinking pages")
        try write("base/1/1", random.noise(64 * Self.page))
        let first = try stage.backUp(["base/1/1"])
        let changes = try touch("base/1/1", [4, 5, 17, 20, 40], &random)
        let whole = try #require(try stage.directory.octets(of: "base/1/1"))
        let second = try stage.backUp(["base/1/1"], base: first.base, changes: changes) {
            try cut("base/1/1", to: size)
        }
        // Up to the first page that could not be read, or further: replay cuts it.
        let file = try second.file("base/1/1")
        #expect(file.size >= UInt64(min(size, 4 * Self.page)))
        #expect(file.hashes.count == BackupBlock.count(size: file.size))
        try stage.expectRestorable(second, ["base/1/1": Array(whole.prefix(Int(file.size)))])
    }

    /// While some workers read its spans, the file is cut and grows again: what is stored is as long as it was once,
    /// and each block of it was there.
    @Test func spansOfAFileThatIsCutAndExtended() throws {
        var random = SeededRandom("cut and extended")
        stage.workers = 4
        let octets = random.noise(32 << 20)
        for _ in 0..<5 {
            try write("base/1/1", octets)
            let (stop, directory) = (Gate(false), stage.directory)
            let changer = try Thread.spawn(name: "cut") {
                while !stop.withLock({ $0 }) {
                    try? directory.cut("base/1/1", to: 9 << 20)
                    try? directory.patch("base/1/1", at: 9 << 20, Array(octets[(9 << 20)..<(32 << 20)]))
                }
            }
            let made = Result { try stage.backUp(["base/1/1"]) }
            stop.withLock { $0 = true }
            changer.join()
            let file = try made.get().file("base/1/1")
            #expect(file.size >= 9 << 20)
            let stored = try Reassembly(made.get().manifest, in: stage.store).octets(of: file)
            #expect(stored.prefix(9 << 20) == octets.prefix(9 << 20))
        }
    }

    @Test func filesThatVanishAreLeftOut() throws {
        var random = SeededRandom("vanishing")
        try write("base/1/1", random.noise(9 << 20))
        try write("base/1/2", random.noise(10))
        try write("base/2/1", random.noise(10))
        try write("base/1/3", random.noise(10))
        let names = ["base/1/1", "base/1/2", "base/2/1", "base/1/3"]
        let made = try stage.backUp(names) {
            try remove("base/1/1")
            try remove("base/1/2")
            _ = try FileSystem.removeTree("\(stage.directory.path)/base/2")
        }
        #expect(made.manifest.files.map(\.path) == ["base/1/3"])
        try stage.expectRestorable(made)
        let second = try stage.backUp(["base/1/3"], base: made.base, changes: { _, _, _ in .blocks([0]) }) {
            try remove("base/1/3")
        }
        #expect(second.manifest.files.count <= 1)
    }

    @Test func aFileThatMayNotBeReadEndsTheBackup() throws {
        try write("base/1/1", [1])
        // Root may read everything, so that something else has to refuse.
        let error = #expect(throws: OperationError.self) {
            try stage.backUp(["base/1/1"]) {
                try remove("base/1/1")
                try FileSystem.createDirectory("\(stage.directory.path)/base/1/1")
            }
        }
        #expect(error?.object == "\(stage.directory.path)/base/1/1")
    }

    // MARK: - The control file

    private static func control() throws -> [UInt8] {
        let host = try Host()
        return try #require(try host.directory.octets(of: "data/global/pg_control"))
    }

    @Test func theControlFileIsReadUntilItIsRight() throws {
        let good = try Self.control()
        var torn = good
        torn.replaceSubrange(40..<60, with: repeatElement(9, count: 20))
        try write("global/pg_control", torn)
        let directory = stage.directory
        let writer = try Thread.spawn(name: "server") {
            Clock.sleep(seconds: 0.02)
            try? directory.patch("global/pg_control", at: 0, good)
        }
        let made = Result { try stage.backUp(["global/pg_control"]) }
        writer.join()
        try stage.expectRestorable(made.get(), ["global/pg_control": good])
    }

    @Test func aControlFileThatStaysWrongIsAnError() throws {
        try write("global/pg_control", Array(repeating: 3, count: 8192))
        let error = #expect(throws: OperationError.self) { try stage.backUp(["global/pg_control"]) }
        #expect(error?.code == .wrongFile)
        #expect(stage.store.uploadsInProgress == 0)
    }

    // MARK: - Page checksums

    /// A page that a server wrote as number 1 of its relation.
    private static func page1(source: String = #filePath) throws -> [UInt8] {
        let tests = source.split(separator: "/").dropLast(3).joined(separator: "/")
        let text = try FileSystem.readWhole("/\(tests)/PostgresTests/Vectors/page-heap-1.hex", limit: 65_536)
        let digits = String(decoding: text, as: UTF8.self).compactMap(\.hexDigitValue).map(UInt8.init)
        return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    /// Zeros, which are new pages, but for page 1.
    private static func relation(_ pages: Int, page1: [UInt8]) -> [UInt8] {
        Array(repeating: 0, count: page) + page1 + Array(repeating: 0, count: (pages - 2) * page)
    }

    private func checking() { stage.pageCheck = PageCheck(pageByteCount: 8192, startLSN: LSN(rawValue: .max)) }

    @Test func badPagesAreToldAndStored() throws {
        checking()
        let good = try Self.page1()
        var bad = good
        bad[5000] ^= 1
        try write("base/1/1", Self.relation(20, page1: good))
        try write("base/1/2", Self.relation(20, page1: bad))
        // Page 1 of the second file of a relation has another number.
        try write("base/1/3.1", Self.relation(20, page1: good))
        // Not a relation: nobody knows what its pages should be.
        try write("pg_xact/0000", Self.relation(20, page1: bad))
        let made = try stage.backUp(["base/1/1", "base/1/2", "base/1/3.1", "pg_xact/0000"])
        #expect(made.counts.pageErrorCount == 2)
        #expect(
            made.counts.pageErrors.sorted { $0.file < $1.file } == [
                PageError(file: "base/1/2", block: 1),
                PageError(file: "base/1/3.1", block: PageCheck.segmentPageCount + 1),
            ])
        try stage.expectRestorable(made)
        // Nobody reads them again, and they are as bad as before.
        let second = try stage.backUp(["base/1/2"], base: made.base)
        #expect(
            second.plan.keptErrors(try stage.scan(["base/1/2"]), made.base) == [PageError(file: "base/1/2", block: 1)])
    }

    @Test func changedPagesAreCheckedAsWell() throws {
        checking()
        let good = try Self.page1()
        try write("base/1/1", Self.relation(20, page1: good))
        let first = try stage.backUp(["base/1/1"])
        #expect(first.counts.pageErrorCount == 0)
        var bad = good
        bad[77] ^= 1
        try patch("base/1/1", at: Self.page, bad)
        let second = try stage.backUp(["base/1/1"], base: first.base) { _, _, _ in .blocks([1]) }
        #expect(second.counts.pageErrors == [PageError(file: "base/1/1", block: 1)])
        try stage.expectRestorable(second)
    }

    @Test func moreThanSomeErrorsAreCountedOnly() throws {
        checking()
        let good = try Self.page1()
        try write("base/1/1", (0..<300).flatMap { _ in good })
        let made = try stage.backUp(["base/1/1"])
        #expect(made.counts.pageErrorCount == 299)
        #expect(made.counts.pageErrors.count == BackupCounts.pageErrorsTold)
    }

    /// A page that is being written is bad in one reading and good in another; it is bad only when it stays so.
    @Test func aPageThatIsBeingWrittenIsReadAgain() throws {
        checking()
        let good = try Self.page1()
        let relation = (0..<64).flatMap { _ in
            Array(repeating: 0, count: Self.page) + good + Array(repeating: UInt8(0), count: 14 * Self.page)
        }
        // Of each block but the first, page 1 is at a wrong place and always bad: so that every block is read twice.
        try write("base/1/1", relation)
        let (stop, directory) = (Gate(false), stage.directory)
        let server = try Thread.spawn(name: "server") {
            var bad = good
            bad[6000] ^= 1
            while !stop.withLock({ $0 }) {
                try? directory.patch("base/1/1", at: Self.page, bad)
                try? directory.patch("base/1/1", at: Self.page, good)
                Clock.sleep(seconds: 0.0005)
            }
        }
        var falseAlarms = 0
        for _ in 0..<20 {
            let made = Result { try stage.backUp(["base/1/1"]) }
            let errors = try made.get().counts.pageErrors
            if errors.contains(PageError(file: "base/1/1", block: 1)) { falseAlarms += 1 }
            #expect(errors.filter { $0.block != 1 }.count == 63)
        }
        stop.withLock { $0 = true }
        server.join()
        #expect(falseAlarms <= 2, "bad twice in a row is seldom")
    }

    // MARK: - Going on after an interruption

    @Test func whatAnInterruptedBackupStoredIsFound() throws {
        var random = SeededRandom("resumed")
        let names = try populate(&random)
        let path = "\(stage.directory.path)/journal"
        let scope = BackupJournal.Scope(
            system: WAL.system, places: ["here"], readers: [], blockKey: BackupStage.blockKey)
        let now = Clock.now()
        stage.journal = BackupJournal(path, scope: scope, continuing: nil, now: now)
        _ = try stage.backUp(names)
        let found = try #require(BackupJournal.load(path, now: now))
        try patch(names[9], at: 0, [9, 9, 9])
        stage.journal = BackupJournal(path, scope: scope, continuing: found, now: now)
        let base = BackupBase(nil, frames: found.frames)
        let made = try stage.backUp(names, base: base)
        #expect(made.counts.stored < UInt64(2 * Self.block))
        #expect(made.counts.resumed > 0 && made.counts.reused == 0)
        try stage.expectRestorable(made)
        // The third one builds upon both.
        let both = try #require(BackupJournal.load(path, now: now))
        #expect(both.frames.count == found.frames.count + 1)
        let third = try stage.backUp(names, base: BackupBase(nil, frames: both.frames))
        #expect(third.counts.stored == 0)
        try stage.expectRestorable(third)
    }

    // MARK: - Stores that fail

    /// Whichever call of the store fails, before or after its effect: the backup ends with an error or without, and if
    /// without it is whole.
    @Test(arguments: FaultyStore.Moment.allCases) func anyCallOfTheStoreMayFail(moment: FaultyStore.Moment) throws {
        var random = SeededRandom("store faults")
        let octets = random.noise(9 << 20)
        var nth = 1
        while true {
            let stage = try BackupStage()
            try stage.directory.write("base/1/1", octets)
            try stage.directory.write("base/1/2", [1, 2, 3])
            let number = nth
            let faulty = FaultyStore(stage.store, moment) { $0 == number }
            stage.repositories = [WAL.repository(faulty, partBytes: 1 << 20)]
            stage.chunkCount = 8
            let result = Result { try stage.backUp(["base/1/1", "base/1/2"]) }
            if case .success(let made) = result { try stage.expectRestorable(made) }
            #expect(stage.store.uploadsInProgress <= 1)
            guard faulty.faultCount > 0 else { break }
            nth += 1
        }
        #expect(nth > 10)
    }

    @Test func aBestEffortRepositoryThatFailsIsLeftOut() throws {
        var random = SeededRandom("best effort")
        try write("base/1/1", random.noise(40 << 20))
        let bad = FaultyStore(MemoryStore("bad"), .before, only: [.upload]) { $0 > 4 }
        stage.repositories = [
            WAL.repository(stage.store, "good", partBytes: 5 << 20),
            WAL.repository(bad, "bad", isRequired: false, partBytes: 5 << 20),
        ]
        let made = try stage.backUp(["base/1/1"])
        try stage.expectRestorable(made)
        #expect(stage.lastWarnings.count == 1 && stage.lastWarnings[0].contains("\"bad\""))
    }
}
