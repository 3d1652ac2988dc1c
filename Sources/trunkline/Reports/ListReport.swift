package import Format
package import Operations
internal import Platform

/// The backups of one repository for a person: first from when to when it can be restored, then each backup.
///
/// At most `columnsMax` columns, but for annotations, which are as long as somebody made them.
package struct ListReport {
    private let cluster: ClusterName
    private let listing: BackupListing

    /// What fits beside another window, and into an e-mail.
    package static let columnsMax = 100

    package init(_ listing: BackupListing, of cluster: ClusterName) {
        self.cluster = cluster
        self.listing = listing
    }

    package var text: String {
        guard !listing.systems.isEmpty else {
            return "repository \(listing.repository) does not know cluster \"\(cluster)\"\n"
        }
        let blocks = listing.systems.map { system in
            let lines = windows(system) + backups(system)
            return ([head(system)] + lines.map { $0.isEmpty ? "" : "  \($0)" }).joined(separator: "\n") + "\n"
        }
        return blocks.joined(separator: "\n") + notes.map { "\n  \($0)\n" }.joined()
    }

    private func head(_ system: BackupListing.System) -> String {
        let version = system.major.map { ", PostgreSQL \($0)" } ?? ""
        return "repository \(listing.repository), cluster \(cluster), system \(system.system)\(version)"
    }

    // MARK: - From when to when

    private func windows(_ system: BackupListing.System) -> [String] {
        guard !system.windows.isEmpty else {
            guard !system.backups.isEmpty else { return ["no backup, so nothing can be restored"] }
            return ["NOTHING CAN BE RESTORED"] + system.gaps.map(text)
        }
        var lines = ["can be restored to any moment"]
        for timeline in timelines(system) {
            var rest = system.gaps.filter { $0.first.timeline == timeline }
            for window in system.windows where window.window.timeline == timeline {
                lines.append("  \(moments(window))   timeline \(timeline), \(place(window.window))")
                guard let gap = window.window.gap else { continue }
                lines.append(text(gap))
                rest.removeAll { $0 == gap }
            }
            lines += rest.map(text)
        }
        if !system.sealedHistories.isEmpty {
            let names = system.sealedHistories.map { "\($0)" }.joined(separator: ", ")
            lines.append("  (without an identity nobody knows where timeline \(names) came from)")
        }
        return lines
    }

    private func timelines(_ system: BackupListing.System) -> [TimelineID] {
        Set(system.windows.map(\.window.timeline) + system.gaps.map(\.first.timeline)).sorted()
    }

    private func moments(_ window: BackupListing.Window) -> String {
        let until = window.until.map { Amount.time($0.iso8601()) } ?? "the end of its WAL   "
        return "from \(Amount.time(window.window.from)) until \(until)"
    }

    private func place(_ window: RecoveryWindow) -> String { "\(window.fromLSN) - \(window.toLSN)" }

    private func text(_ gap: SegmentRanges.Run) -> String {
        let name = gap.count == 1 ? "\(gap.first)" : "\(gap.first) - \(gap.last)"
        return "  GAP: \(name), \(Amount.count(gap.count, "segment")) missing"
    }

    // MARK: - The backups

    private func backups(_ system: BackupListing.System) -> [String] {
        guard !system.backups.isEmpty else { return [] }
        let head = Row("BACKUP", "ENDED", "TOOK", "SIZE", "STORED", "REUSED").text
        return ["", head]
            + system.backups.flatMap { backup in [row(backup)] + details(backup, system).map { "  \($0)" } }
    }

    private func row(_ backup: BackupSummary) -> String {
        Row(
            "\(backup.id)", Amount.time(backup.stopped), Amount.duration(Double(backup.milliseconds) / 1000),
            Amount.bytes(backup.byteCount), Amount.bytes(backup.storedByteCount),
            Amount.share(backup.reusedByteCount, of: backup.byteCount)
        ).text
    }

    private func details(_ backup: BackupSummary, _ system: BackupListing.System) -> [String] {
        let version = backup.serverVersion.split(separator: " ").first.map(String.init) ?? "\(backup.major)"
        let standby = backup.isFromStandby ? ", from a standby" : ""
        var lines = [
            "\(backup.method.rawValue), PostgreSQL \(version)\(standby), timeline \(backup.timeline), "
                + "\(backup.startLSN) - \(backup.stopLSN)"
        ]
        if !system.restorable.contains(backup.id) { lines.append("CANNOT BE RESTORED: WAL that it needs is missing") }
        if backup.pageErrorCount > 0 {
            lines.append("\(Amount.count(backup.pageErrorCount, "page").uppercased()) WITH A WRONG CHECKSUM")
        }
        return lines + backup.annotations.sorted { $0.key < $1.key }.map { "\($0.key) = \(Console.oneLine($0.value))" }
    }

    private var notes: [String] {
        guard let newest = listing.unfinished.last else { return [] }
        let count = listing.unfinished.count
        let which = count == 1 ? "\(newest)" : "the newest is \(newest)"
        return ["\(Amount.count(count, "backup")) under way or interrupted (\(which))"]
    }

    /// Words in columns.
    private struct Row {
        let text: String

        init(_ id: String, _ ended: String, _ took: String, _ size: String, _ stored: String, _ reused: String) {
            func left(_ text: String, _ width: Int) -> String {
                text + String(repeating: " ", count: max(0, width - text.count))
            }
            func right(_ text: String, _ width: Int) -> String {
                String(repeating: " ", count: max(0, width - text.count)) + text
            }
            text = [
                left(id, BackupID.byteCount), left(ended, 20), right(took, 11), right(size, 8), right(stored, 8),
                right(reused, 6),
            ].joined(separator: "  ")
        }
    }
}
