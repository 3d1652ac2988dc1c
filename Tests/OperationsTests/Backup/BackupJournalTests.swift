import Format
import Operations
import Platform
import TestSupport
import Testing

@testable import Operations

@Suite struct BackupJournalTests {
    private let directory: TemporaryDirectory
    private var path: String { "\(directory.path)/journal" }
    private static let now = UnixTime(seconds: 2_000_000_000, nanoseconds: 0)

    init() throws { directory = try TemporaryDirectory("journal") }

    private static func scope(
        system: UInt64 = 7, places: [String] = ["file:///a", "s3://b"], readers: [String] = ["alice"], key: UInt8 = 1
    ) -> BackupJournal.Scope {
        BackupJournal.Scope(
            system: SystemIdentifier(rawValue: system), places: places, readers: readers,
            blockKey: Array(repeating: key, count: BackupFacts.blockKeyByteCount))
    }

    /// A frame as a worker would tell it, with paths that are alike.
    static func frame(_ random: inout SeededRandom, ordinal: Int) -> JournalFrame {
        let chapters = (0..<Int.random(in: 1...4, using: &random)).map { number in
            BackupChapter(
                pack: 0, number: number, offset: UInt64(number) * 5000,
                sealedByteCount: Int.random(in: 400...5000, using: &random),
                contentByteCount: Int.random(in: 1...BackupChapter.contentBytesMax, using: &random),
                codesDigest: random.octets(32))
        }
        let paths = ["base/1/1", "base/1/1.1", "e\u{301}", "\u{E9}", "x"]
        let blocks = (0..<Int.random(in: 0...9, using: &random)).map { number in
            let chapter = Int.random(in: 0..<chapters.count, using: &random)
            let offset = Int.random(in: 0..<chapters[chapter].contentByteCount, using: &random)
            return JournalFrame.Block(
                path: paths[Int.random(in: 0..<paths.count, using: &random)], number: number,
                hash: BlockHash(high: random.next(), low: random.next()), chapter: chapter, offset: offset,
                byteCount: Int.random(in: 1...chapters[chapter].contentByteCount - offset, using: &random))
        }
        return JournalFrame(
            pack: required(PackID(backup: BackupStage.id(3), ordinal: ordinal)), packByteCount: random.next() >> 20,
            chapters: chapters, blocks: blocks)
    }

    /// `==` of texts would take one spelling of a letter for another.
    private static func isSame(_ left: [JournalFrame], _ right: [JournalFrame]) -> Bool {
        left == right
            && zip(left.flatMap(\.blocks), right.flatMap(\.blocks)).allSatisfy { one, other in
                one.path.utf8.elementsEqual(other.path.utf8)
            }
    }

    private func write(_ frames: [JournalFrame], scope: BackupJournal.Scope = scope()) {
        let journal = BackupJournal(path, scope: scope, continuing: nil, now: Self.now)
        for frame in frames { journal.append(frame) }
    }

    private func load(after seconds: Int64 = 0) -> BackupJournal.Found? {
        BackupJournal.load(path, now: UnixTime(seconds: Self.now.seconds + seconds, nanoseconds: 0))
    }

    @Test func isReadAsItWasWritten() throws {
        var random = SeededRandom("journal")
        for _ in 0..<20 {
            let frames = (1...5).map { Self.frame(&random, ordinal: $0) }
            write(frames)
            let found = try #require(load())
            #expect(found.scope == Self.scope())
            #expect(Self.isSame(found.frames, frames))
            #expect(try #require(try directory.octets(of: "journal")).count == found.byteCount)
        }
        #expect(try #require(try FileSystem.status(of: path)).permissions == 0o600)
    }

    @Test func truncatedAnywhereItHasTheFramesBefore() throws {
        var random = SeededRandom("journal cut")
        let frames = (1...3).map { Self.frame(&random, ordinal: $0) }
        write(frames)
        let octets = try #require(try directory.octets(of: "journal"))
        var longest = 0
        // Every length of the header and of the end, and every seventh of what is between.
        for count in octets.indices where count < 400 || count % 7 == 0 || count > octets.count - 100 {
            try directory.write("journal", Array(octets.prefix(count)))
            guard let found = load() else {
                #expect(longest == 0)
                continue
            }
            #expect(Self.isSame(found.frames, Array(frames.prefix(found.frames.count))))
            #expect(found.frames.count >= longest && found.frames.count < 3 && found.byteCount <= count)
            longest = found.frames.count
        }
        #expect(longest == 2)
    }

    @Test func noFlippedBitGoesUnnoticed() throws {
        var random = SeededRandom("journal bits")
        let frames = (1...2).map { Self.frame(&random, ordinal: $0) }
        write(frames)
        let octets = try #require(try directory.octets(of: "journal"))
        for offset in octets.indices where offset < 400 || offset % 5 == 0 || offset > octets.count - 100 {
            var damaged = octets
            damaged[offset] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            try directory.write("journal", damaged)
            guard let found = load() else { continue }
            #expect(found.scope == Self.scope(), "\(offset)")
            #expect(found.frames.count < 2 && Self.isSame(found.frames, Array(frames.prefix(found.frames.count))))
        }
    }

    /// Behind what a killed process has left of a frame, nothing would ever be read.
    @Test func goesOnBehindTheLastWholeFrame() throws {
        var random = SeededRandom("journal torn")
        let frames = (1...3).map { Self.frame(&random, ordinal: $0) }
        write(Array(frames.prefix(2)))
        let octets = try #require(try directory.octets(of: "journal"))
        try directory.write("journal", octets.dropLast(3))
        let found = try #require(load())
        let journal = BackupJournal(path, scope: Self.scope(), continuing: found, now: Self.now)
        journal.append(frames[2])
        #expect(Self.isSame(try #require(load()).frames, [frames[0], frames[2]]))
    }

    @Test(arguments: [
        scope(system: 8), scope(places: ["file:///a"]), scope(places: []), scope(readers: []), scope(key: 2),
    ])
    func anotherScopeBeginsAnew(scope: BackupJournal.Scope) throws {
        var random = SeededRandom("journal scope")
        write([Self.frame(&random, ordinal: 1)])
        let found = try #require(load())
        #expect(found.scope != scope)
        let next = Self.frame(&random, ordinal: 2)
        BackupJournal(path, scope: scope, continuing: found, now: Self.now).append(next)
        let again = try #require(load())
        #expect(again.scope == scope && Self.isSame(again.frames, [next]))
    }

    @Test func anOldOneIsForgotten() throws {
        write([])
        #expect(load(after: BackupJournal.ageSecondsMax - 1) != nil)
        #expect(load(after: BackupJournal.ageSecondsMax) == nil)
        // Of the future: the clock was set.
        #expect(load(after: -1) == nil)
        #expect(BackupJournal.ageSecondsMax < BackupBegun.secondsToFinish)
    }

    @Test func whatIsNoJournalIsNone() throws {
        #expect(load() == nil)
        for octets in [[], [1], Array("TRNKJRNL".utf8), Array("TRNKJRNL".utf8) + [2, 0, 0, 0, 0, 0, 0, 0, 0]] {
            try directory.write("journal", octets)
            #expect(load() == nil)
        }
    }

    /// Only a help: whatever call fails, nothing is thrown, and what can be read was written.
    @Test func anyCallMayFail() throws {
        var random = SeededRandom("journal faults")
        let frames = (1...3).map { Self.frame(&random, ordinal: $0) }
        var nth = 1
        while true {
            try FileSystem.remove(path)
            let (_, reached) = SyscallFaults.failing(
                nth: nth, errno: .noSpace, only: ["open", "write", "fsync", "unlink"]
            ) {
                write(frames)
            }
            let found = load()?.frames ?? []
            #expect(Self.isSame(found, Array(frames.prefix(found.count))))
            guard reached else { break }
            nth += 1
        }
        #expect(nth > 7)
        #expect(Self.isSame(load()?.frames ?? [], frames))
    }
}
