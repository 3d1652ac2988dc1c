import Format
import Operations
import Postgres
import TestSupport
import Testing

@testable import Operations

@Suite struct BackupPlanTests {
    private static let page: UInt64 = 8192
    private static let mebibyte: UInt64 = 1 << 20

    private static func scan(_ path: String, _ size: UInt64, modified: Int64 = 1) -> ScannedFile {
        ScannedFile(path: path, mode: 0o600, size: size, modified: modified, changed: 1, inode: 1)
    }

    /// A file that the base has in one chapter, page after page.
    private static func known(_ path: String, pages: Int, checksum: UInt32? = 77) -> BackupFile {
        let count = BackupBlock.count(size: UInt64(pages) * page)
        return BackupFile(
            path: path, mode: 0o600, size: UInt64(pages) * page, modified: 1, changed: 1, inode: 1, checksum: checksum,
            pieces: pages == 0 ? [] : [FilePiece(.chapter(0, offset: 0), byteCount: pages * Int(page))],
            hashes: (0..<count).map { BlockHash(high: 1, low: UInt64($0)) })
    }

    private static func base(_ files: [BackupFile], _ errors: [PageError] = []) throws -> BackupBase {
        let stage = try BackupStage()
        let manifest = BackupManifest(
            facts: stage.facts(), files: files.sorted { BackupPath.precedes($0.path, $1.path) })
        return BackupBase(BlockIndex(places: [], readers: [], manifest: manifest, pageErrors: errors), frames: [])
    }

    private static func plan(
        _ files: [ScannedFile], _ base: BackupBase = BackupStage.empty, rereads: Bool = false,
        changes: BackupPlan.Changes? = nil
    ) -> BackupPlan {
        BackupPlan(files, base: base, rereads: rereads, pageByteCount: page, changes: changes)
    }

    private static func text(_ plan: BackupPlan) -> [String] {
        plan.units.map { unit in
            switch unit {
            case .span(let file, let range): "span \(file) \(range)"
            case .files(let files): "files \(files)"
            case .pages(let file, let range, let changed): "pages \(file) \(range) \(changed)"
            }
        }
    }

    @Test func largeFilesComeFirstInSpansAndSmallOnesTogether() {
        let span = BackupPlan.spanBytes
        let files = [
            Self.scan("a", span), Self.scan("b", 2 * span + 5), Self.scan("c", 0), Self.scan("d", span - 1),
            Self.scan("e", 1), Self.scan("f", 1), Self.scan("g", span + 1),
        ]
        let plan = Self.plan(files)
        #expect(
            Self.text(plan) == [
                "span 1 0..<\(span)", "span 1 \(span)..<\(2 * span)", "span 1 \(2 * span)..<\(2 * span + 5)",
                "span 6 0..<\(span)", "span 6 \(span)..<\(span + 1)",
                "files [0, 2]", "files [3, 4]", "files [5]",
            ])
        #expect(plan.byteCount == files.reduce(0) { $0 + $1.size })
    }

    @Test func aBundleHasNoMoreThanSoManyFiles() {
        let plan = Self.plan((0..<600).map { Self.scan("\($0)", 0) })
        let counts = plan.units.map { unit in
            guard case .files(let files) = unit else { return -1 }
            return files.count
        }
        #expect(counts == [256, 256, 88])
    }

    /// Whatever the files are, each byte of each is in exactly one unit, and no unit is larger than a chapter.
    @Test func everyByteIsReadOnce() {
        var random = SeededRandom("backup plan")
        for _ in 0..<50 {
            let files = (0..<Int.random(in: 0...40, using: &random)).map { number in
                Self.scan(
                    "\(number)", UInt64.random(in: 0...(9 << UInt64.random(in: 0...20, using: &random)), using: &random)
                )
            }
            var covered = [[Range<UInt64>]](repeating: [], count: files.count)
            for unit in Self.plan(files).units {
                switch unit {
                case .span(let file, let range):
                    #expect(range.count <= BackupChapter.contentBytesMax)
                    covered[file].append(range)
                case .files(let indices):
                    #expect(indices.reduce(0) { $0 + files[$1].size } <= BackupPlan.spanBytes)
                    for index in indices { covered[index].append(0..<files[index].size) }
                case .pages: Issue.record("there are no summaries")
                }
            }
            for (file, ranges) in zip(files, covered) {
                let sorted = ranges.sorted { $0.lowerBound < $1.lowerBound }
                #expect(sorted.first?.lowerBound == 0 && sorted.last?.upperBound == file.size)
                for (one, next) in zip(sorted, sorted.dropFirst()) { #expect(one.upperBound == next.lowerBound) }
            }
        }
    }

    @Test func unchangedFilesAreKeptUnlessEverythingIsRead() throws {
        let known = Self.known("base/1/1", pages: 4)
        let stageBase = try Self.base([known])
        let same = Self.scan("base/1/1", 4 * Self.page)
        #expect(Self.plan([same], stageBase).kept == [0: known])
        #expect(Self.plan([same], stageBase).units.isEmpty)
        #expect(Self.plan([same], stageBase, rereads: true).kept.isEmpty)
        #expect(Self.text(Self.plan([same], stageBase, rereads: true)) == ["files [0]"])
        let touched = Self.scan("base/1/1", 4 * Self.page, modified: 2)
        #expect(Self.plan([touched], stageBase).kept.isEmpty)
    }

    private static func changes(_ change: ChangedBlocks.Change) -> BackupPlan.Changes { { _, _, _ in change } }

    @Test func pagesThatSummariesTellAreReadAlone() throws {
        let base = try Self.base([Self.known("base/1/1", pages: 40)])
        let file = Self.scan("base/1/1", 40 * Self.page, modified: 2)
        let plan = Self.plan([file], base, changes: Self.changes(.blocks([3, 17, 39])))
        #expect(Self.text(plan) == ["pages 0 0..<\(40 * Self.page) [3, 17, 39]"])
        #expect(plan.byteCount == 3 * Self.page)
        let everything = Self.plan([file], base, changes: Self.changes(.everything))
        #expect(Self.text(everything) == ["files [0]"])
    }

    @Test func longFilesHaveSeveralSpansOfPages() throws {
        let pages = Int(BackupPlan.pageSpanBytes / Self.page)
        let base = try Self.base([Self.known("base/1/1", pages: 3 * pages)])
        let file = Self.scan("base/1/1", UInt64(3 * pages) * Self.page, modified: 2)
        let last = UInt32(2 * pages)
        let plan = Self.plan([file], base, changes: Self.changes(.blocks([0, UInt32(pages) - 1, last])))
        let span = BackupPlan.pageSpanBytes
        #expect(
            Self.text(plan) == [
                "pages 0 0..<\(span) [0, \(pages - 1)]", "pages 0 \(span)..<\(2 * span) []",
                "pages 0 \(2 * span)..<\(3 * span) [\(last)]",
            ])
    }

    @Test func theSummariesAreAskedWithTheLengthsInPages() throws {
        let base = try Self.base([Self.known("base/1/1", pages: 5)])
        var asked: [String] = []
        _ = Self.plan([Self.scan("base/1/1", 7 * Self.page, modified: 2)], base) { file, pages, basePages in
            asked.append("\(file.number) \(pages) \(basePages)")
            return .everything
        }
        #expect(asked == ["1 7 5"])
    }

    @Test func summariesAreNotAskedOfOtherFiles() throws {
        let base = try Self.base([Self.known("PG_VERSION", pages: 1), Self.known("base/1/1", pages: 4)])
        let files = [
            Self.scan("PG_VERSION", Self.page, modified: 2), Self.scan("base/1/1", 4 * Self.page + 1, modified: 2),
            Self.scan("base/1/2", Self.page, modified: 2),
        ]
        let plan = Self.plan(files, base) { file, _, _ in
            Issue.record("asked of \(file)")
            return .unchanged
        }
        #expect(plan.kept.isEmpty && Self.text(plan) == ["files [0, 1, 2]"])
    }

    /// Only its times have changed: hint bits that were not logged, say.
    @Test func aFileWithoutChangedPagesIsTakenOverUnderItsNewTimes() throws {
        let known = Self.known("base/1/1", pages: 40)
        let base = try Self.base([known])
        let kept = Self.plan(
            [Self.scan("base/1/1", 40 * Self.page, modified: 9)], base, changes: Self.changes(.unchanged)
        ).kept[0]
        #expect(kept?.modified == 9)
        #expect(kept?.checksum == known.checksum && kept?.pieces == known.pieces && kept?.hashes == known.hashes)
    }

    @Test(arguments: [39, 32, 17, 16, 1, 0])
    func oneThatWasCutIsTakenOverUpToItsEnd(pages: Int) throws {
        let known = Self.known("base/1/1", pages: 40)
        let size = UInt64(pages) * Self.page
        let kept = try #require(
            Self.plan(
                [Self.scan("base/1/1", size, modified: 9)], Self.base([known]), changes: Self.changes(.unchanged)
            ).kept[0])
        #expect(kept.size == size && kept.checksum == nil)
        #expect(kept.pieces.reduce(0) { $0 + $1.byteCount } == Int(size))
        #expect(kept.hashes.count == BackupBlock.count(size: size))
        let whole = Int(size) / BackupBlock.byteCount
        #expect(kept.hashes.prefix(whole) == known.hashes.prefix(whole))
        if kept.hashes.count > whole { #expect(kept.hashes.last == .unknown) }
    }

    // MARK: - Errors that stay

    private static let spoilt = (0..<40).map { PageError(file: "base/1/1", block: $0) }

    @Test func errorsOfWhatNobodyReadsStay() throws {
        let base = try Self.base(
            [Self.known("base/1/1", pages: 40), Self.known("base/1/2", pages: 4)],
            [Self.spoilt[3], Self.spoilt[20], PageError(file: "base/1/2", block: 1), PageError(file: "gone", block: 0)])
        let kept = [Self.scan("base/1/1", 40 * Self.page), Self.scan("base/1/2", 4 * Self.page, modified: 2)]
        #expect(Self.plan(kept, base).keptErrors(kept, base) == [Self.spoilt[3], Self.spoilt[20]])
        #expect(Self.plan(kept, base, rereads: true).keptErrors(kept, base).isEmpty)
        let touched = [Self.scan("base/1/1", 40 * Self.page, modified: 2)]
        let some = Self.plan(touched, base, changes: Self.changes(.blocks([3, 4])))
        #expect(some.keptErrors(touched, base) == [Self.spoilt[20]])
        let cut = [Self.scan("base/1/1", 20 * Self.page, modified: 2)]
        let shorter = Self.plan(cut, base, changes: Self.changes(.unchanged))
        #expect(shorter.keptErrors(cut, base) == [Self.spoilt[3]])
    }

    /// Blocks are counted through the whole relation, pages through the file.
    @Test func errorsOfLaterSegmentsAreFoundByTheirBlocks() throws {
        let first = PageCheck.segmentPageCount
        let errors = [5, first + 5, 2 * first + 5].map { PageError(file: "base/1/1.1", block: $0) }
        let base = try Self.base([Self.known("base/1/1.1", pages: 40)], [errors[1]])
        let files = [Self.scan("base/1/1.1", 40 * Self.page, modified: 2)]
        #expect(Self.plan(files, base, changes: Self.changes(.blocks([4]))).keptErrors(files, base) == [errors[1]])
        #expect(Self.plan(files, base, changes: Self.changes(.blocks([5]))).keptErrors(files, base).isEmpty)
    }
}
