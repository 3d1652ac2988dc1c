import Codec
import Format
import Platform
import Stream

/// Fetches what has to be fetched and writes it into the files, which exist in their full length.
struct RestoreWriter: Sendable {
    let manifest: BackupManifest
    let work: RestoreWork
    let checksums: FileChecksums
    let path: @Sendable (Int) -> String
    let source: PackSource
    let parameters: OpenParameters
    let workers: Int
    let progress: any ProgressObserver

    /// Reads under way at once: as many as there are workers hide the latency of a disk, and some more that of S3.
    static func ahead(workers: Int) -> Int { workers + 2 }

    /// Returns when everything is written; throws the first failure when no thread is at it any more.
    func run() throws(OperationError) {
        let plan = FetchPlan(work.chapters, of: manifest.chapters, lanes: workers)
        guard !plan.reads.isEmpty else { return }
        progress.begin("restore", totalBytes: work.byteCount)
        defer { progress.end() }
        let fetch = try ChapterFetch(
            plan, packs: manifest.packs, from: source, workers: workers, ahead: Self.ahead(workers: workers))
        do throws(OperationError) {
            try Crew.each(below: workers, threads: workers, name: "restore") { (_) throws(OperationError) in
                let worker = RestoreWorker(self, fetch)
                do throws(OperationError) {
                    while let piece = try fetch.next() { try worker.write(piece) }
                } catch {
                    fetch.fail(error)
                    throw error
                }
            }
        } catch {
            fetch.close(error)
            throw error
        }
        fetch.close()
    }

    /// Adds the bound on what writing keeps in memory.
    static func explainMemory(workers: Int, into sum: inout MemorySum) {
        sum.add("workers: chapter's data, block, zstd context", count: workers, byteCount: ChapterReader.byteCount)
        sum.add(
            "ranges of packs", count: ChapterFetch.blockCount(workers: workers, ahead: ahead(workers: workers)),
            byteCount: FetchPlan.readBytesMax)
    }
}

/// One thread's share.
private final class RestoreWorker {
    private let run: RestoreWriter
    private let plan: FetchPlan
    private let reader: ChapterReader
    private let files: OpenFiles
    private var known: [(segment: Int, checksum: UInt32)] = []

    init(_ run: RestoreWriter, _ fetch: ChapterFetch) {
        self.run = run
        plan = fetch.plan
        reader = ChapterReader(run.manifest.facts.cluster, run.parameters)
        files = OpenFiles(run.path)
    }

    /// Writes all chapters of a range.
    func write(_ piece: ChapterFetch.Piece) throws(OperationError) {
        for index in plan.chapters[piece.read.chapters] {
            let chapter = run.manifest.chapters[index]
            let start = Int(chapter.offset - piece.read.offset)
            do throws(OperationError) {
                try piece.bytes.withBytes { (bytes) throws(OperationError) in
                    try write(index, bytes.extracting(start..<start + chapter.sealedByteCount))
                }
            } catch {
                guard error.code == .damaged, piece.repository + 1 < run.source.repositoryCount else { throw error }
                try writeFromElsewhere(index, behind: piece.repository)
            }
        }
    }

    /// A chapter that is damaged in one repository may be whole in the next.
    private func writeFromElsewhere(_ index: Int, behind repository: Int) throws(OperationError) {
        let chapter = run.manifest.chapters[index]
        var failure: OperationError?
        for number in (repository + 1)..<run.source.repositoryCount {
            var block = Block(capacity: chapter.sealedByteCount)
            do throws(OperationError) {
                _ = try run.source.read(
                    run.manifest.packs[chapter.pack].id, from: chapter.offset, byteCount: chapter.sealedByteCount,
                    into: &block, startingAt: number)
                return try block.withBytes { (bytes) throws(OperationError) in try write(index, bytes) }
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }

    private func write(_ index: Int, _ sealed: RawSpan) throws(OperationError) {
        let chapter = run.manifest.chapters[index]
        let segments = run.work.segments(of: index)
        known.removeAll(keepingCapacity: true)
        for segment in segments { known.append((segment: Int(segment), checksum: 0)) }
        // Segments that end before the block at hand are done; they lie in front.
        var first = 0
        let pack = run.manifest.packs[chapter.pack].id
        try reader.read(chapter, of: pack, sealed, wanting: run.work.wanted[index]) {
            (block, offset) throws(OperationError) in
            while first < known.count, end(of: known[first].segment) <= offset { first += 1 }
            var number = first
            while number < known.count, start(of: known[number].segment) < offset + block.byteCount {
                try write(block, at: offset, known: number)
                number += 1
            }
        }
        run.checksums.record(known)
    }

    /// The part of the segment that lies in this block.
    private func write(_ block: RawSpan, at offset: Int, known number: Int) throws(OperationError) {
        let segment = run.work.segments[known[number].segment]
        let start = segment.chapterOffset
        let lower = max(start, offset)
        let upper = min(start + segment.byteCount, offset + block.byteCount)
        guard lower < upper else { return }
        let bytes = block.extracting((lower - offset)..<(upper - offset))
        // While the bytes are in the cache.
        var checksum = CRC32C(value: known[number].checksum)
        checksum.update(bytes)
        known[number].checksum = checksum.value
        try files.write(bytes, to: segment.file, at: segment.offset + UInt64(lower - start))
        run.progress.advance(UInt64(bytes.byteCount))
    }

    private func start(of segment: Int) -> Int { run.work.segments[segment].chapterOffset }

    private func end(of segment: Int) -> Int {
        let segment = run.work.segments[segment]
        return segment.chapterOffset + segment.byteCount
    }
}
