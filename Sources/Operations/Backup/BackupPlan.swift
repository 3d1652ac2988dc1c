import Format
import Postgres

/// What is to be done with each file, decided before any is read.
struct BackupPlan: Sendable {
    /// Files taken over as they are: nobody reads them.
    private(set) var kept: [Int: BackupFile] = [:]
    /// The rest, large files first, so that no worker is left with one at the end.
    private(set) var units: [BackupUnit] = []
    /// Bytes that will be read, for the progress bar.
    private(set) var byteCount: UInt64 = 0
    private let pageByteCount: UInt64

    /// A span of a large file is a chapter when all of it is stored.
    static let spanBytes = UInt64(BackupChapter.contentBytesMax)
    /// Spans of which only pages are read are larger: most of them is skipped.
    static let pageSpanBytes = spanBytes * 16
    /// Small files of one unit: as many as fit a chapter, and no more than this, so that progress shows.
    static let unitFilesMax = 256

    /// What the WAL summaries tell of a relation's file, by its size in pages and that which the base has.
    typealias Changes = (_ file: RelationFile, _ pageCount: UInt32, _ basePageCount: UInt32) -> ChangedBlocks.Change

    /// - Parameter changes: nil without WAL summaries.
    init(
        _ files: [ScannedFile], base: BackupBase, rereads: Bool, pageByteCount: UInt64,
        changes: Changes?
    ) {
        self.pageByteCount = pageByteCount
        var small: [Int] = []
        var large: [Int] = []
        var paged: [BackupUnit] = []
        for (index, file) in files.enumerated() {
            if !rereads, let known = base.unchanged(file) {
                kept[index] = known
            } else if let pages = Self.changedPages(file, base, pageByteCount, changes) {
                byteCount += UInt64(pages.count) * pageByteCount
                guard !pages.isEmpty else {
                    kept[index] = Self.renewed(base.file(file.path), as: file)
                    continue
                }
                paged += Self.pageUnits(index, file, pages, pageByteCount)
            } else {
                byteCount += file.size
                if file.size > Self.spanBytes { large.append(index) } else { small.append(index) }
            }
        }
        large.sort { files[$0].size > files[$1].size }
        units = large.flatMap { Self.spans($0, files[$0].size) } + paged + Self.bundles(small, files)
    }

    /// Bad pages of the base that are in this backup too, because nobody reads them again.
    func keptErrors(_ files: [ScannedFile], _ base: BackupBase) -> [PageError] {
        guard !base.pageErrors.isEmpty else { return [] }
        var errors: [[UInt8]: [PageError]] = [:]
        for error in base.pageErrors { errors[Array(error.file.utf8), default: []].append(error) }
        var stay: [Int: [PageError]] = [:]
        for index in kept.keys { stay[index] = errors[Array(files[index].path.utf8)] }
        // Of a file in several spans, those that no span reads.
        for case .pages(let index, _, let changed) in units {
            guard let known = stay[index] ?? errors[Array(files[index].path.utf8)] else { continue }
            let first = RelationFile(path: files[index].path)?.firstBlock ?? 0
            let read = Set(changed)
            stay[index] = known.filter { $0.block < first || !read.contains($0.block - first) }
        }
        return stay.keys.sorted().flatMap { index in
            let first = RelationFile(path: files[index].path)?.firstBlock ?? 0
            let end = UInt64(first) + files[index].size / pageByteCount
            return (stay[index] ?? []).filter { UInt64($0.block) < end }
        }
    }

    /// The pages to be read of a file that the summaries tell about, ascending; nil when all of it has to be read.
    private static func changedPages(
        _ file: ScannedFile, _ base: BackupBase, _ pageByteCount: UInt64,
        _ changes: Changes?
    ) -> [UInt32]? {
        guard let changes, let relation = RelationFile(path: file.path), let known = base.file(file.path),
            file.size % pageByteCount == 0, known.size % pageByteCount == 0,
            let pageCount = UInt32(exactly: file.size / pageByteCount)
        else { return nil }
        switch changes(relation, pageCount, UInt32(clamping: known.size / pageByteCount)) {
        case .everything: return nil
        case .unchanged: return []
        case .blocks(let blocks): return blocks
        }
    }

    /// A file of which no page has changed, though its times or its length may have.
    private static func renewed(_ known: BackupFile?, as file: ScannedFile) -> BackupFile? {
        guard let known else { return nil }
        let isWhole = known.size == file.size
        var cursor = PieceCursor(known.pieces)
        let count = BackupBlock.count(size: file.size)
        var hashes = Array(known.hashes.prefix(count))
        // The block that is cut short now has another hash.
        if !isWhole, file.size % UInt64(BackupBlock.byteCount) != 0, !hashes.isEmpty { hashes[count - 1] = .unknown }
        return BackupFile(
            path: file.path, mode: file.mode, size: file.size, modified: file.modified, changed: file.changed,
            inode: file.inode, checksum: isWhole ? known.checksum : nil,
            pieces: isWhole ? known.pieces : cursor.take(0..<file.size), hashes: hashes)
    }

    private static func spans(_ file: Int, _ size: UInt64) -> [BackupUnit] {
        stride(from: 0, to: size, by: UInt64.Stride(spanBytes)).map { start in
            .span(file: file, range: start..<min(start + spanBytes, size))
        }
    }

    private static func pageUnits(
        _ index: Int, _ file: ScannedFile, _ pages: [UInt32], _ pageByteCount: UInt64
    ) -> [BackupUnit] {
        var units: [BackupUnit] = []
        var rest = pages[...]
        for start in stride(from: 0, to: file.size, by: UInt64.Stride(pageSpanBytes)) {
            let end = min(start + pageSpanBytes, file.size)
            let mine = rest.prefix { UInt64($0) * pageByteCount < end }
            rest = rest.dropFirst(mine.count)
            units.append(.pages(file: index, range: start..<end, changed: Array(mine)))
        }
        return units
    }

    private static func bundles(_ small: [Int], _ files: [ScannedFile]) -> [BackupUnit] {
        var units: [BackupUnit] = []
        var bundle: [Int] = []
        var byteCount: UInt64 = 0
        for index in small {
            if byteCount + files[index].size > spanBytes || bundle.count == unitFilesMax, !bundle.isEmpty {
                units.append(.files(bundle))
                (bundle, byteCount) = ([], 0)
            }
            bundle.append(index)
            byteCount += files[index].size
        }
        return bundle.isEmpty ? units : units + [.files(bundle)]
    }
}
