import Codec
import Format
import Platform
import Postgres
import Stream

/// One thread of a backup: reads files, compares blocks with the base, has what is new stored.
final class BackupWorker {
    private let scene: BackupScene
    private let filler: PackFiller
    private var content = Block(capacity: BackupBlock.byteCount)
    private var counts = BackupCounts()
    /// Spans of one file follow each other: it stays open until another comes.
    private var opened: OpenedFile?

    private final class OpenedFile {
        let index: Int
        let file: Descriptor
        let kind: DataFileKind
        /// The number of the first page within its relation; nil for a file without pages.
        let firstPage: UInt32?

        init(index: Int, file: consuming Descriptor, path: String) {
            self.index = index
            self.file = file
            kind = DataFileKind(path: path)
            if case .pages(let relation) = kind {
                firstPage = relation.firstBlock
            } else {
                firstPage = nil
            }
        }
    }

    init(_ scene: BackupScene, commits: PackCommits) {
        self.scene = scene
        filler = PackFiller(scene, commits: commits)
    }

    /// Bytes one worker occupies.
    static func byteCount(_ settings: ChapterSettings) -> Int {
        BackupBlock.byteCount + ChapterBuilder.byteCount(settings)
    }

    /// Works until there is nothing left or something has failed, which is recorded.
    func run(_ queue: BackupQueue) {
        do throws(OperationError) {
            while let unit = queue.take() {
                try scene.failure.check()
                try work(unit)
            }
            try filler.finish()
        } catch {
            scene.failure.record(error)
            filler.abort()
        }
        opened = nil
        scene.ledger.add(counts)
    }

    private func work(_ unit: BackupUnit) throws(OperationError) {
        switch unit {
        case .span(let file, let range): try finish(try read(file, range), of: file)
        case .files(let files):
            for file in files { try finish(try readWhole(file), of: file) }
        case .pages(let file, let range, let changed): try finish(try readPages(file, range, changed), of: file)
        }
    }

    private func finish(_ result: SpanResult, of file: Int) throws(OperationError) {
        scene.ledger.record(result, of: file)
    }

    // MARK: - Whole spans

    /// A small file. One without pages is read to the end it has now: the server replaces such files by longer ones,
    /// and half of one is none. What a relation has grown by is in the WAL.
    private func readWhole(_ file: Int) throws(OperationError) -> SpanResult {
        var size = scene.files[file].size
        if let opened = try open(file), opened.kind == .other {
            do throws(PlatformError) {
                size = try opened.file.status().size
            } catch {
                throw OperationError(error, doing: "read")
            }
        }
        return try read(file, 0..<size)
    }

    private func read(_ file: Int, _ range: Range<UInt64>) throws(OperationError) -> SpanResult {
        var result = SpanResult(start: range.lowerBound)
        guard let opened = try open(file) else {
            result.isMissing = true
            return result
        }
        let known = scene.base.file(scene.files[file].path)
        var cursor = PieceCursor(known?.pieces ?? [])
        var position = range.lowerBound
        while position < range.upperBound, !result.isShort {
            let wanted = Int(min(UInt64(BackupBlock.byteCount), range.upperBound - position))
            try readBlock(opened, at: position, wanted, file)
            result.isShort = content.count < wanted
            guard content.count > 0 else { break }
            try take(file, at: position, known, &cursor, &result)
            position += UInt64(content.count)
        }
        return result
    }

    /// Makes the block that was read part of the result: as a reference when it is known, else stored.
    private func take(
        _ file: Int, at position: UInt64, _ known: BackupFile?, _ cursor: inout PieceCursor,
        _ result: inout SpanResult
    ) throws(OperationError) {
        let path = scene.files[file].path
        let number = Int(position / UInt64(BackupBlock.byteCount))
        let count = content.count
        let hash = content.withBytes { scene.hasher.hash($0) }
        content.withBytes { result.checksum?.update($0) }
        result.hashes.append(hash)
        let range = position..<position + UInt64(count)
        if let known, number < known.hashes.count, known.hashes[number] == hash, hash != .unknown,
            min(known.size - position, UInt64(BackupBlock.byteCount)) == UInt64(count)
        {
            for piece in cursor.take(range) { result.pieces.append(piece) }
            counts.reused += UInt64(count)
        } else if content.withBytes({ $0.isZero }) {
            result.pieces.append(FilePiece(.zeros, byteCount: count))
        } else if let piece = scene.base.resumedPiece(path, block: number, hash: hash, byteCount: count) {
            result.pieces.append(piece)
            counts.resumed += UInt64(count)
        } else {
            let place = try content.withBytes { (bytes) throws(OperationError) in try filler.store(bytes) }
            result.pieces.append(FilePiece(.chapter(place.chapter, offset: place.offset), byteCount: count))
            filler.note(path, block: number, hash: hash, at: place, byteCount: count)
        }
    }

    // MARK: - Single pages

    private func readPages(
        _ file: Int, _ range: Range<UInt64>, _ changed: [UInt32]
    ) throws(OperationError) -> SpanResult {
        var result = SpanResult(start: range.lowerBound)
        result.checksum = nil
        guard let opened = try open(file), let known = scene.base.file(scene.files[file].path) else {
            result.isMissing = true
            return result
        }
        var cursor = PieceCursor(known.pieces)
        var rest = changed[...]
        var position = range.lowerBound
        while position < range.upperBound, !result.isShort {
            let end = min(position + UInt64(BackupBlock.byteCount), range.upperBound)
            let pages = rest.prefix { UInt64($0) * UInt64(scene.pageByteCount) < end }
            rest = rest.dropFirst(pages.count)
            try readRegion(opened, file, position..<end, pages, known, &cursor, &result)
            position = end
        }
        return result
    }

    /// A block of which some pages have changed: when these are many, or it lies in many pieces, it is stored as a
    /// whole, so that what a restore has to put together stays bounded.
    private func readRegion(
        _ opened: OpenedFile, _ file: Int, _ range: Range<UInt64>, _ pages: ArraySlice<UInt32>, _ known: BackupFile,
        _ cursor: inout PieceCursor, _ result: inout SpanResult
    ) throws(OperationError) {
        let number = Int(range.lowerBound / UInt64(BackupBlock.byteCount))
        var old = cursor.take(range)
        guard !pages.isEmpty else {
            for piece in old { result.pieces.append(piece) }
            result.hashes.append(number < known.hashes.count ? known.hashes[number] : .unknown)
            counts.reused += UInt64(range.count)
            return
        }
        if pages.count > Self.pagesMax || old.count + pages.count > Self.piecesMax {
            try readBlock(opened, at: range.lowerBound, range.count, file)
            result.isShort = content.count < range.count
            guard content.count > 0 else { return }
            var fresh = PieceCursor([])
            return try take(file, at: range.lowerBound, nil, &fresh, &result)
        }
        result.hashes.append(.unknown)
        var inside = PieceCursor(old)
        old = []
        var position: UInt64 = 0
        for page in pages where !result.isShort {
            let start = UInt64(page) * UInt64(scene.pageByteCount) - range.lowerBound
            for piece in inside.take(position..<start) { result.pieces.append(piece) }
            counts.reused += start - position
            let wanted = min(UInt64(scene.pageByteCount), UInt64(range.count) - start)
            try readBlock(opened, at: range.lowerBound + start, Int(wanted), file)
            result.isShort = content.count < Int(wanted)
            try storePage(&result)
            position = start + UInt64(content.count)
        }
        guard !result.isShort else { return }
        for piece in inside.take(position..<UInt64(range.count)) { result.pieces.append(piece) }
        counts.reused += UInt64(range.count) - position
    }

    /// Half the pages of a block: then reading all of it costs little more.
    private static let pagesMax = 8
    /// Pieces a block may be put together from.
    private static let piecesMax = 12

    private func storePage(_ result: inout SpanResult) throws(OperationError) {
        guard content.count > 0 else { return }
        if content.withBytes({ $0.isZero }) {
            result.pieces.append(FilePiece(.zeros, byteCount: content.count))
            return
        }
        let place = try content.withBytes { (bytes) throws(OperationError) in try filler.store(bytes) }
        result.pieces.append(FilePiece(.chapter(place.chapter, offset: place.offset), byteCount: content.count))
    }

    // MARK: - Reading

    /// Nil when there is no such file any more: it was dropped, and the WAL knows.
    private func open(_ file: Int) throws(OperationError) -> OpenedFile? {
        if let opened, opened.index == file { return opened }
        opened = nil
        do throws(PlatformError) {
            let file = OpenedFile(
                index: file, file: try Descriptor.open(scene.path(file), .read), path: scene.files[file].path)
            file.file.adviseSequential()
            file.file.adviseNoReuse()
            opened = file
            return file
        } catch {
            guard error.errno == .noSuchFile else { throw OperationError(error, doing: "read") }
            return nil
        }
    }

    /// Fills `content` with up to `wanted` bytes, less only at the end of the file, and checks its pages.
    private func readBlock(
        _ opened: OpenedFile, at position: UInt64, _ wanted: Int, _ file: Int
    ) throws(OperationError) {
        try fill(opened, at: position, wanted)
        counts.read += UInt64(content.count)
        scene.progress.advance(UInt64(content.count))
        if opened.kind == .control { return try settleControl(opened, at: position, wanted) }
        guard let check = scene.pageCheck, let first = opened.firstPage else { return }
        let block = first &+ UInt32(truncatingIfNeeded: position / UInt64(scene.pageByteCount))
        var failures = content.withBytes { check.failures(in: $0, firstBlock: block) }
        var rereads = 0
        while !failures.isEmpty {
            // A page that the server was writing at that moment is whole when it is read again (sendFile,
            // backup/basebackup.c); meanwhile it may be writing another one.
            let before = failures
            try fill(opened, at: position, wanted)
            failures = content.withBytes { check.failures(in: $0, firstBlock: block) }
            rereads += 1
            if failures.allSatisfy(before.contains) || rereads == Self.rereadsMax { break }
        }
        counts.add(failures.map { PageError(file: scene.files[file].path, block: $0) })
    }

    /// A block in which another page is half written each time does not exist.
    private static let rereadsMax = 10
    /// As often, and with such pauses, as `ControlFile.read`.
    private static let controlReadsMax = 10
    private static let controlPauseSeconds = 0.01

    /// Reads the control file again until its checksum is right: no server starts on one that was half written.
    private func settleControl(_ opened: OpenedFile, at position: UInt64, _ wanted: Int) throws(OperationError) {
        for read in 1...Self.controlReadsMax {
            do throws(PostgresError) {
                _ = try content.withOctets { (octets) throws(PostgresError) in try ControlFile(octets) }
                return
            } catch {
                guard read < Self.controlReadsMax else { throw OperationError(error) }
            }
            Clock.sleep(seconds: Self.controlPauseSeconds)
            try fill(opened, at: position, wanted)
        }
    }

    private func fill(_ opened: OpenedFile, at position: UInt64, _ wanted: Int) throws(OperationError) {
        content.truncate()
        do throws(PlatformError) {
            _ = try content.append(atMost: wanted) { (span) throws(PlatformError) in
                try opened.file.read(at: position, into: &span)
            }
        } catch {
            throw OperationError(error, doing: "read")
        }
    }
}
