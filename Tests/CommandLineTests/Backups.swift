import Format
import Operations
import Platform

/// Made-up backups for the texts about them.
enum Backups {
    static let cluster = required(ClusterName("main"))
    static let system = required(SystemIdentifier("7710444046919316"))

    static func required<Value>(_ value: Value?) -> Value {
        guard let value else { preconditionFailure("there is a value") }
        return value
    }

    static func lsn(_ text: String) -> LSN { required(LSN(text)) }
    static func timeline(_ number: UInt32) -> TimelineID { required(TimelineID(rawValue: number)) }
    static func segment(_ name: String) -> SegmentName { required(SegmentName(name)) }

    static let full: BackupSummary = {
        let id = required(BackupID("20261124T020000Z-3f9a2c1d"))
        return BackupSummary(
            id: id, cluster: cluster, system: system, major: 15, serverVersion: "15.14 (Debian 15.14-0+deb12u1)",
            timeline: .first, startLSN: lsn("0/3000028"), stopLSN: lsn("0/30001A0"), started: "2026-11-24T02:00:01Z",
            stopped: "2026-11-24T02:12:06Z", snapshot: "742:742:", method: .full, base: nil, isFromStandby: false,
            segmentBytes: 16 << 20, fileCount: 1_012, byteCount: 25_876_342_784, readByteCount: 25_876_342_784,
            storedByteCount: 5_583_457_484, reusedByteCount: 0, pageErrorCount: 0, milliseconds: 725_312,
            packs: (1...21).map { required(PackID(backup: id, ordinal: $0)) }, annotations: [:])
    }()

    static let later: BackupSummary = {
        let id = required(BackupID("20261125T020000Z-9d01b7e4"))
        return BackupSummary(
            id: id, cluster: cluster, system: system, major: 15, serverVersion: "15.14 (Debian 15.14-0+deb12u1)",
            timeline: .first, startLSN: lsn("0/9000028"), stopLSN: lsn("0/A0001A0"), started: "2026-11-25T02:00:01Z",
            stopped: "2026-11-25T02:00:42Z", snapshot: "901:901:", method: .hashes, base: full.id, isFromStandby: true,
            segmentBytes: 16 << 20, fileCount: 1_020, byteCount: 26_012_342_784, readByteCount: 1_876_342_784,
            storedByteCount: 183_457_484, reusedByteCount: 25_480_123_000, pageErrorCount: 3, milliseconds: 41_700,
            packs: full.packs + [required(PackID(backup: id, ordinal: 1))],
            annotations: ["reason": "before the upgrade", "ticket": "\u{1B}[2J4711"])
    }()

    static func run(_ first: String, _ last: String) -> SegmentRanges.Run {
        let names = [segment(first), segment(last)].map(WALFileName.segment)
        // The hole between two neighbours of the run.
        let before = required(segment(first).previous(size: .standard))
        let after = required(segment(last).next(size: .standard))
        let ranges = SegmentRanges(segmentSize: .standard, [.segment(before), .segment(after)])
        precondition(names.count == 2)
        return required(ranges.timelines.first?.gaps.first)
    }

    static func window(
        _ backup: BackupSummary, to end: String, until: String?, timeline: UInt32 = 1, gap: SegmentRanges.Run? = nil
    ) -> BackupListing.Window {
        BackupListing.Window(
            RecoveryWindow(
                timeline: self.timeline(timeline), backup: backup.id, from: backup.stopped, fromLSN: backup.stopLSN,
                toLSN: lsn(end), lastTimeline: self.timeline(timeline), gap: gap),
            until: until.flatMap { .init(iso8601: $0) })
    }

    static func system(
        _ backups: [BackupSummary], _ windows: [BackupListing.Window], gaps: [SegmentRanges.Run] = [],
        sealedHistories: [TimelineID] = [], restorable: [BackupSummary]? = nil
    ) -> BackupListing.System {
        BackupListing.System(
            system: system, major: 15, segmentSize: .standard, backups: backups, windows: windows, gaps: gaps,
            sealedHistories: sealedHistories, restorable: Set((restorable ?? backups).map(\.id)))
    }

    static func listing(
        _ systems: [BackupListing.System], unfinished: [String] = [], refused: [OperationError] = []
    ) -> BackupListing {
        BackupListing(
            repository: "local", systems: systems, unfinished: unfinished.map { required(BackupID($0)) },
            refused: refused)
    }
}
