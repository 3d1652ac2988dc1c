import Format
import Platform
import Postgres

extension BackupRun {
    /// The server summarises what it has written within seconds; standing still for so long, it will not by itself.
    private static let summarySeconds = 300.0

    /// What the server's WAL summaries tell of the time since the base began; nil with a remark where they do not tell
    /// all of it, and nil without one where nobody expects them to.
    func changes(
        since base: BackupBase, _ start: BackupStart
    ) throws(OperationError) -> (changes: ChangedBlocks?, remark: String?) {
        guard let known = base.manifest?.facts, !request.rereads,
            let summaries = link.server.summaries
        else { return (nil, nil) }
        guard let history = timelineHistory(start.timeline),
            let ranges = WALRange.path(
                from: (known.timeline, known.startLSN), to: (start.timeline, start.lsn), history: history)
        else {
            return (nil, "files are compared by their blocks: the timeline of the last backup is not an ancestor")
        }
        progress.begin("wait for the WAL summaries", totalBytes: 0)
        defer { progress.end() }
        do throws(PostgresError) {
            guard try summaries.wait(for: start.lsn, until: .after(seconds: Self.summarySeconds)) else {
                return (nil, "files are compared by their blocks: the WAL summaries do not reach \(start.lsn)")
            }
            switch try summaries.coverage(of: ranges) {
            case .complete(let all): return (try summaries.changes(in: all), nil)
            case .gap(let timeline, let position):
                return (
                    nil,
                    "files are compared by their blocks: WAL summaries are missing from \(position) "
                        + "on timeline \(timeline) on"
                )
            }
        } catch {
            return (nil, "files are compared by their blocks: \(error.cause)")
        }
    }

    /// Of the data directory; nil when there should be a history and it cannot be read.
    private func timelineHistory(_ timeline: TimelineID) -> TimelineHistory? {
        guard timeline != .first else { return TimelineHistory(root: timeline) }
        let path = "\(link.dataDirectory.walPath)/\(timeline.fileText).history"
        guard let octets = try? FileSystem.readWhole(path, limit: TimelineHistory.byteCountMax) else { return nil }
        return try? TimelineHistory(of: timeline, octets.span)
    }
}
