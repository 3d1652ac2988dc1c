import Format
import Platform

/// What all workers of a backup write down together: chapters, and what became of each span of each file.
final class BackupLedger: Sendable {
    private struct State {
        var chapters: [Entry?] = []
        var packs: [PackID: UInt64] = [:]
        var results: [[SpanResult]]
        var counts = BackupCounts()
        var nextOrdinal = 1
    }

    /// A chapter that was written; its pack by name.
    struct Entry: Sendable {
        let pack: PackID
        /// As for the manifest, without the number of the pack.
        let chapter: BackupChapter
    }

    private let backup: BackupID
    /// Chapters of earlier backups have lower numbers.
    private let firstIndex: Int
    private let state: Gate<State>

    /// - Parameter firstIndex: the number of the first chapter that will be written.
    init(_ backup: BackupID, fileCount: Int, firstIndex: Int) {
        self.backup = backup
        self.firstIndex = firstIndex
        state = Gate(State(results: Array(repeating: [], count: fileCount)))
    }

    /// A pack of this backup that nobody has yet.
    func nextPack() throws(OperationError) -> PackID {
        let ordinal = state.withLock { state in
            defer { state.nextOrdinal += 1 }
            return state.nextOrdinal
        }
        guard let pack = PackID(backup: backup, ordinal: ordinal) else {
            throw OperationError(
                .inputOutput, operation: "back up", object: "\(backup)",
                cause: "a backup has at most \(PackID.ordinals.upperBound) packs")
        }
        return pack
    }

    /// The number of a chapter that is begun.
    func nextChapter() -> Int {
        state.withLock { state in
            state.chapters.append(nil)
            return firstIndex + state.chapters.count - 1
        }
    }

    func record(_ entry: Entry, as index: Int) {
        state.withLock { $0.chapters[index - firstIndex] = entry }
    }

    /// A pack is durable in every repository that is still taken into account.
    func record(_ pack: PackID, byteCount: UInt64) {
        state.withLock { state in
            state.packs[pack] = byteCount
            state.counts.stored += byteCount
        }
    }

    func record(_ result: SpanResult, of file: Int) {
        state.withLock { $0.results[file].append(result) }
    }

    func add(_ counts: BackupCounts) {
        state.withLock { $0.counts.add(counts) }
    }

    /// Everything, once all workers and all commits have ended.
    func close() -> (chapters: [Entry?], packs: [PackID: UInt64], results: [[SpanResult]], counts: BackupCounts) {
        state.withLock { ($0.chapters, $0.packs, $0.results, $0.counts) }
    }
}
