import Codec
import Format
import Platform
import Storage
import Stream
import TestSupport
import Testing

@testable import Operations

/// Chapters by themselves: every block where it belongs, and no other chapter in its place.
struct ChapterTests {
    private let store = MemoryStore()
    private let manifest: BackupManifest
    private let content: [UInt8]
    private var pack: PackID { manifest.packs[0].id }
    private let parameters = ChapterReader.parameters(OpenParameters(identities: [Cast.alice]))

    init() throws {
        var random = SeededRandom(seed: 5, name: "chapters")
        var fixture = BackupFixture()
        content = random.octets(700_000)
        fixture.files = [.init(path: "base/1", octets: content)]
        manifest = try fixture.store(in: store).manifest
    }

    private func sealed(_ index: Int) throws -> [UInt8] {
        let chapter = manifest.chapters[index]
        let object = try #require(store.octets(of: RepositoryLayout.key(of: pack, in: WAL.cluster)))
        return Array(object[Int(chapter.offset)..<Int(chapter.offset) + chapter.sealedByteCount])
    }

    private func read(
        _ chapter: BackupChapter, _ sealed: [UInt8], wanting wanted: ChapterBlocks = .all,
        _ parameters: OpenParameters? = nil
    ) throws(OperationError) -> [(offset: Int, octets: [UInt8])] {
        let reader = ChapterReader(WAL.cluster, parameters ?? self.parameters)
        var blocks: [(Int, [UInt8])] = []
        try sealed.withRawSpan { (bytes) throws(OperationError) in
            try reader.read(chapter, of: pack, bytes, wanting: wanted) { (block, offset) throws(OperationError) in
                blocks.append((offset, block.octets(first: block.byteCount)))
            }
        }
        return blocks
    }

    @Test func blocksComeInOrderAndOnlyThoseWanted() throws {
        #expect(manifest.chapters.count == 3)
        let blocks = try read(manifest.chapters[1], sealed(1))
        #expect(blocks.map(\.offset) == [0, 131_072, 262_144])
        #expect(blocks.flatMap(\.octets) == Array(content[300_000..<600_000]))
        var wanted = ChapterBlocks.none
        wanted.insert(140_000..<140_001)
        let one = try read(manifest.chapters[1], sealed(1), wanting: wanted)
        #expect(one.map(\.offset) == [131_072])
        #expect(one[0].octets == blocks[1].octets)
        #expect(try read(manifest.chapters[2], sealed(2), wanting: .none).isEmpty)
    }

    @Test func anotherChapterIsRefused() throws {
        let (first, second) = (manifest.chapters[0], manifest.chapters[1])
        // The same place, another stream: the name differs.
        let swapped = BackupChapter(
            pack: 0, number: second.number, offset: 0, sealedByteCount: first.sealedByteCount,
            contentByteCount: first.contentByteCount, codesDigest: first.codesDigest)
        #expect(throws: OperationError.self) { try read(swapped, sealed(0)) }
        // The same name, sealed again by somebody who has the recipient: only the digest tells.
        let other = BackupChapter(
            pack: 0, number: first.number, offset: 0, sealedByteCount: first.sealedByteCount,
            contentByteCount: first.contentByteCount, codesDigest: [UInt8](repeating: 1, count: 32))
        let failure = #expect(throws: OperationError.self) { try read(other, sealed(0)) }
        #expect(failure?.cause == "this is another chapter than the one that the manifest means")
        let longer = BackupChapter(
            pack: 0, number: first.number, offset: 0, sealedByteCount: first.sealedByteCount,
            contentByteCount: first.contentByteCount + 1, codesDigest: first.codesDigest)
        #expect(throws: OperationError.self) { try read(longer, sealed(0)) }
    }

    @Test func damageAnywhereIsRefused() throws {
        let chapter = manifest.chapters[2]
        let whole = try sealed(2)
        for position in stride(from: 0, to: whole.count, by: whole.count / 40) {
            var damaged = whole
            damaged[position] ^= 0x10
            let failure = #expect(throws: OperationError.self) { try read(chapter, damaged, wanting: .none) }
            #expect(failure?.code.kind == .badData)
        }
        #expect(throws: OperationError.self) { try read(chapter, Array(whole.dropLast())) }
        let stranger = ChapterReader.parameters(OpenParameters(identities: [Cast.mallory]))
        let failure = #expect(throws: OperationError.self) { try read(chapter, whole, wanting: .all, stranger) }
        #expect(failure?.code == .foreignKey)
    }

    @Test func readsArePutTogether() {
        func chapter(_ pack: Int, _ offset: UInt64, _ byteCount: Int) -> BackupChapter {
            BackupChapter(
                pack: pack, number: 0, offset: offset, sealedByteCount: byteCount, contentByteCount: 1,
                codesDigest: [UInt8](repeating: 0, count: 32))
        }
        let all = [
            chapter(1, 0, 100), chapter(0, 200, 100), chapter(0, 0, 100), chapter(0, 1 << 20, 100),
            chapter(0, (1 << 20) + 100, 8 << 20),
        ]
        let plan = FetchPlan([0, 1, 2, 3, 4], of: all)
        #expect(plan.chapters == [2, 1, 3, 4, 0])
        #expect(plan.reads.map(\.chapters) == [0..<2, 2..<3, 3..<4, 4..<5])
        #expect(plan.reads.map(\.byteCount) == [300, 100, 8 << 20, 100])
        #expect(FetchPlan([1], of: all).reads.map(\.offset) == [200])
        #expect(FetchPlan([], of: all).reads.isEmpty)
    }

    /// What is read at the same time lies far apart, and everything is read once.
    @Test func readsTakeTurnsAmongLanes() {
        let all = (0..<7).map { number in
            BackupChapter(
                pack: number, number: 0, offset: 0, sealedByteCount: 100, contentByteCount: 1,
                codesDigest: [UInt8](repeating: 0, count: 32))
        }
        func packs(_ wanted: Range<Int>, lanes: Int) -> [Int] {
            FetchPlan(wanted, of: all, lanes: lanes).reads.map(\.pack)
        }
        #expect(packs(0..<7, lanes: 1) == [0, 1, 2, 3, 4, 5, 6])
        #expect(packs(0..<7, lanes: 2) == [0, 4, 1, 5, 2, 6, 3])
        #expect(packs(0..<6, lanes: 3) == [0, 2, 4, 1, 3, 5])
        #expect(packs(0..<2, lanes: 8) == [0, 1])
        #expect(packs(0..<0, lanes: 2) == [])
    }

    @Test func checksumsOfZerosAreTheirOwn() {
        for count in [0, 1, 2, 7, 8192, 100_001] {
            var plain = CRC32C()
            [UInt8](repeating: 0, count: count).withRawSpan { plain.update($0) }
            #expect(CRC32C.zeros(count) == plain)
        }
    }
}
