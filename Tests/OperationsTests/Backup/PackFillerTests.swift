import Codec
import Format
import Operations
import Platform
import Storage
import Stream
import TestSupport
import Testing

@testable import Operations

@Suite struct PackFillerTests {
    private let store = MemoryStore()
    private let failure = StickyFailure<OperationError>()
    private let ledger = BackupLedger(BackupStage.id(1), fileCount: 0, firstIndex: 100)

    private func scene(_ targets: BackupTargets, chunkCount: Int = 32) throws -> BackupScene {
        BackupScene(
            dataDirectory: "/", cluster: WAL.cluster, files: [], base: BackupStage.empty,
            hasher: BlockHasher(key: BackupStage.blockKey), chapters: try Cast.chapters(), pageCheck: nil,
            pageByteCount: 8192, targets: targets,
            chunks: BlockPool(name: "chunks", blockCapacity: BackupScene.chunkBytes, blockCount: chunkCount),
            limit: RateLimit(bytesPerSecond: nil), ledger: ledger, failure: failure, progress: NoProgress())
    }

    private func commits(_ targets: BackupTargets, _ journal: BackupJournal? = nil) -> PackCommits {
        PackCommits(targets, ledger: ledger, journal: journal, failure: failure, underWayMax: 2)
    }

    private func octets(_ pack: PackID) -> [UInt8]? {
        store.octets(of: RepositoryLayout.key(of: pack, in: WAL.cluster))
    }

    /// The contents of all chapters that the ledger knows, by their numbers.
    private func contents() throws -> [Int: [UInt8]] {
        let (chapters, packs, _, counts) = ledger.close()
        var contents: [Int: [UInt8]] = [:]
        for (index, entry) in chapters.enumerated() {
            guard let entry else { continue }
            let pack = try #require(octets(entry.pack))
            #expect(packs[entry.pack] == UInt64(pack.count))
            let chapter = entry.chapter
            let sealed = Array(pack[Int(chapter.offset)..<Int(chapter.offset) + chapter.sealedByteCount])
            let key = RepositoryLayout.key(of: entry.pack, in: WAL.cluster)
            let opened = try OpenedChapter(sealed, as: RepositoryLayout.chapterName(chapter.number, of: key))
            #expect(opened.codesDigest == chapter.codesDigest)
            #expect(opened.content.count == chapter.contentByteCount)
            contents[100 + index] = opened.content
        }
        #expect(counts.stored == packs.values.reduce(0, +))
        return contents
    }

    /// Each pack is its chapters back to back, and a directory that says so.
    private func checkDirectories() throws {
        let (chapters, packs, _, _) = ledger.close()
        for (id, _) in packs {
            let pack = try #require(octets(id))
            let footer = Array(pack.suffix(PackDirectory.footerByteCount))
            let directory = try PackDirectory.read(
                Array(pack.suffix(PackDirectory.byteCount(footer: footer))), objectByteCount: UInt64(pack.count))
            let mine = chapters.compactMap(\.self).filter { $0.pack == id }.map(\.chapter)
            let entries = mine.sorted { $0.number < $1.number }.map {
                PackDirectory.Entry(offset: $0.offset, byteCount: UInt32($0.sealedByteCount))
            }
            #expect(directory.entries == entries)
        }
    }

    @Test func everythingIsWhereItWasPut() throws {
        var random = SeededRandom("packs")
        let targets = BackupTargets([WAL.repository(store, partBytes: 5 << 20)])
        let commits = commits(targets)
        let filler = PackFiller(try scene(targets), commits: commits)
        var stored: [(place: PackFiller.Place, octets: [UInt8])] = []
        // Some 50 MiB that do not compress, which are two packs, and some that do.
        for round in 0..<800 {
            let isWhole = random.fraction() < 0.5
            let length = isWhole ? BackupBlock.byteCount : Int.random(in: 1..<BackupBlock.byteCount, using: &random)
            let octets = round % 8 == 0 ? Array(repeating: UInt8(round & 255), count: length) : random.noise(length)
            stored.append((try filler.store(octets.span.bytes), octets))
        }
        try filler.finish()
        commits.join()
        try failure.check()
        let contents = try contents()
        for (place, octets) in stored {
            let chapter = try #require(contents[place.chapter])
            #expect(Array(chapter[place.offset..<place.offset + octets.count]) == octets)
        }
        let packs = ledger.close().packs
        #expect(packs.count > 1)
        #expect(
            packs.values.allSatisfy { $0 < BackupScene.packBytes + UInt64(2 * BackupChapter.sealedBytesMax) + 4096 })
        try checkDirectories()
        #expect(store.uploadsInProgress == 0)
    }

    @Test func withoutContentThereIsNoPack() throws {
        let targets = BackupTargets([WAL.repository(store)])
        let commits = commits(targets)
        let filler = PackFiller(try scene(targets), commits: commits)
        try filler.finish()
        commits.join()
        #expect(ledger.close().packs.isEmpty && ledger.close().chapters.isEmpty)
    }

    @Test func whatIsGivenUpLeavesNothing() throws {
        var random = SeededRandom("given up")
        let targets = BackupTargets([WAL.repository(store, partBytes: 1 << 20)])
        let commits = commits(targets)
        let scene = try scene(targets)
        let filler = PackFiller(scene, commits: commits)
        for _ in 0..<80 { _ = try filler.store(random.noise(BackupBlock.byteCount).span.bytes) }
        filler.abort()
        commits.join()
        #expect(ledger.close().packs.isEmpty)
        #expect(store.uploadsInProgress == 0)
        // All chunks are back.
        for number in 0..<32 {
            let block = scene.chunks.take(until: .after(seconds: 0))
            let isThere = block != nil
            #expect(isThere, "chunk \(number)")
        }
    }

    /// All blocks of a pack are told, the last one too, whichever chapter ended it.
    @Test func theJournalIsToldOfEveryBlock() throws {
        let directory = try TemporaryDirectory("journal")
        let scope = BackupJournal.Scope(
            system: WAL.system, places: ["here"], readers: [], blockKey: BackupStage.blockKey)
        let now = Clock.now()
        let path = "\(directory.path)/journal"
        let journal = BackupJournal(path, scope: scope, continuing: nil, now: now)
        var random = SeededRandom("journal blocks")
        let targets = BackupTargets([WAL.repository(store, partBytes: 5 << 20)])
        let commits = commits(targets, journal)
        let filler = PackFiller(try scene(targets), commits: commits)
        for number in 0..<300 {
            let octets = random.noise(number % 3 == 0 ? 70_000 : BackupBlock.byteCount)
            let place = try filler.store(octets.span.bytes)
            filler.note(
                "base/\(number / 100)", block: number, hash: BlockHash(high: 1, low: UInt64(number)), at: place,
                byteCount: octets.count)
        }
        try filler.finish()
        commits.join()
        let found = try #require(BackupJournal.load(path, now: now))
        #expect(found.scope == scope)
        let blocks = found.frames.flatMap(\.blocks).sorted { $0.number < $1.number }
        #expect(blocks.map(\.number) == Array(0..<300))
        #expect(blocks.allSatisfy { $0.path == "base/\($0.number / 100)" && $0.hash.low == UInt64($0.number) })
        let packs = ledger.close().packs
        #expect(Dictionary(uniqueKeysWithValues: found.frames.map { ($0.pack, $0.packByteCount) }) == packs)
    }

    /// With only as many chunks as cannot be given back before others come, there is still a way forward: parts that
    /// are complete go, whatever the other repositories and packs hold.
    @Test(arguments: 0..<2) func fewChunksAreEnough(round: Int) throws {
        let partBytes = 9 << 20
        let workers = 3
        // A part and a bit in each pack that is being written or committed.
        let perPack = (partBytes + BackupScene.chunkBytes - 1) / BackupScene.chunkBytes + 2
        let slow = InFlightStore(MemoryStore("slow")) { (_) throws(StoreError) in
            Clock.sleep(seconds: Entropy.fraction() * 0.02)
        }
        let targets = BackupTargets([
            WAL.repository(store, "one", partBytes: partBytes), WAL.repository(slow, "two", partBytes: 5 << 20),
        ])
        let commits = PackCommits(targets, ledger: ledger, journal: nil, failure: failure, underWayMax: workers)
        let scene = try scene(targets, chunkCount: 2 * workers * perPack)
        let results = try inParallel(workers) { number in
            var random = SeededRandom("chunks \(round) \(number)")
            let filler = PackFiller(scene, commits: commits)
            for _ in 0..<400 { _ = try filler.store(random.noise(BackupBlock.byteCount).span.bytes) }
            try filler.finish()
        }
        for result in results { try result.get() }
        commits.join()
        try failure.check()
        #expect(ledger.close().packs.count >= 3 * 2)
    }
}
