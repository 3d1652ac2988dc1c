package import Format

/// In which range reads the chapters that somebody wants are fetched: put together where they lie next to each other or
/// nearly so, and ordered so that reads at the same time are of places far apart.
package struct FetchPlan: Equatable, Sendable {
    /// One range read.
    package struct Read: Equatable, Sendable {
        /// Index of the pack in the manifest's list.
        package let pack: Int
        package let offset: UInt64
        package let byteCount: Int
        /// Which of the plan's `chapters` lie in it.
        package let chapters: Range<Int>
    }

    /// A request takes some 20 ms before its first byte on an S3 store, in which a slow line brings this much: less is
    /// read over.
    package static let gapBytesMax = 256 << 10
    /// Two chapters that do not compress, or some ten that do. A worker holds two such reads.
    package static let readBytesMax = 8 << 20

    /// Indices into the manifest's chapters, by pack and place.
    package let chapters: [Int]
    package let reads: [Read]

    /// - Parameters:
    ///   - wanted: indices into `all`, in any order and each once.
    ///   - lanes: how many reads are used at the same time. What lies together in packs belongs to one file or a few,
    ///     and two threads that write to one file wait for each other in the kernel, which has one lock for it.
    package init(_ wanted: some Sequence<Int>, of all: [BackupChapter], lanes: Int = 1) {
        chapters = wanted.sorted { (all[$0].pack, all[$0].offset) < (all[$1].pack, all[$1].offset) }
        var reads: [Read] = []
        for (position, index) in chapters.enumerated() {
            let chapter = all[index]
            if let last = reads.last, let longer = last.extended(by: chapter, at: position) {
                reads[reads.count - 1] = longer
            } else {
                reads.append(
                    Read(
                        pack: chapter.pack, offset: chapter.offset, byteCount: chapter.sealedByteCount,
                        chapters: position..<position + 1))
            }
        }
        let laneLength = max((reads.count + lanes - 1) / lanes, 1)
        self.reads = (0..<laneLength).flatMap { place in
            stride(from: place, to: reads.count, by: laneLength).map { reads[$0] }
        }
    }

    /// Bytes that will be read, gaps included.
    package var byteCount: UInt64 { reads.reduce(0) { $0 + UInt64($1.byteCount) } }

    /// The longest read: what a buffer needs room for.
    package var longestByteCount: Int { reads.map(\.byteCount).max() ?? 0 }
}

extension FetchPlan.Read {
    /// This read with `chapter`, which comes after all others in it; nil when it is too far away or too much.
    fileprivate func extended(by chapter: BackupChapter, at position: Int) -> FetchPlan.Read? {
        let end = offset + UInt64(byteCount)
        guard chapter.pack == pack, chapter.offset >= end, chapter.offset - end <= UInt64(FetchPlan.gapBytesMax)
        else { return nil }
        let longer = UInt64(chapter.sealedByteCount) + chapter.offset - offset
        guard longer <= UInt64(FetchPlan.readBytesMax) else { return nil }
        return FetchPlan.Read(
            pack: pack, offset: offset, byteCount: Int(longer), chapters: chapters.lowerBound..<position + 1)
    }
}
