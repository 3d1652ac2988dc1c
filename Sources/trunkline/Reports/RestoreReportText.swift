internal import Format
internal import Operations

/// What a restore says to a person: before, and when it is done.
struct RestoreReportText {
    private let plan: RestorePlan
    private let request: RestoreRequest

    init(_ plan: RestorePlan, _ request: RestoreRequest) {
        self.plan = plan
        self.request = request
    }

    var planned: String {
        (["would restore \(head)"] + facts + ["  fetches   \(fetches)"]).joined(separator: "\n") + "\n"
    }

    func done(_ report: RestoreReport) -> String {
        let rate = report.seconds > 0 ? UInt64(Double(plan.contentByteCount) / report.seconds) : 0
        let took =
            "  took      \(Amount.duration(report.seconds)), \(Amount.bytes(rate)) a second; "
            + "\(Amount.duration(report.synchronizeSeconds)) of it to be durable"
        return (["restored \(head)"] + facts + ["  fetched   \(fetches)", took, ""] + advice)
            .joined(separator: "\n") + "\n"
    }

    private var head: String { "\(plan.choice.backup.id) to \(plan.paths.root)" }

    private var facts: [String] {
        let backup = plan.choice.backup
        let segments = plan.segmentCount.map { ", \(Amount.count($0, "segment")) of WAL on the way" } ?? ""
        var lines = [
            "  backup    of \(Amount.time(backup.stopped)), PostgreSQL \(plan.major): \(plan.choice.reason)",
            "  target    \(request.target.text), timeline \(plan.choice.history.timeline)\(segments)",
            "  database  \(Amount.bytes(plan.byteCount)) in \(Amount.count(plan.fileCount, "file"))",
        ]
        if request.isDelta {
            lines.append("  there     \(Amount.count(plan.wholeFileCount, "file")) as they should be")
        }
        for tablespace in plan.paths.tablespaces {
            let origin = tablespace.source == tablespace.target ? "" : " (was in \(tablespace.source))"
            lines.append("  tablespace \(tablespace.oid) in \(tablespace.target)\(origin)")
        }
        return lines
    }

    private var fetches: String {
        "\(Amount.bytes(plan.contentByteCount)) as \(Amount.bytes(plan.fetchByteCount)) from the repository"
    }

    private var advice: [String] {
        [
            "Start the server on this directory: it fetches its WAL and "
                + (request.isStandby ? "goes on as a standby." : "recovers to the target."),
            "Files of configuration that are kept elsewhere, as Debian does, are not part of a backup.",
        ]
    }
}
