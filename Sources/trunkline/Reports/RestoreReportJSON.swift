internal import Format
internal import Operations

/// The same for programs.
enum RestoreReportJSON {
    /// - Parameter report: nil when nothing was done.
    static func text(_ plan: RestorePlan, _ report: RestoreReport?) -> JSONText {
        let backup = plan.choice.backup
        return .object([
            ("backup", .string("\(backup.id)")),
            ("reason", .string(plan.choice.reason)),
            ("directory", .string(plan.paths.root)),
            ("isDone", .flag(report != nil)),
            ("timeline", .number(Int64(plan.choice.history.timeline.rawValue))),
            ("startLSN", .string("\(backup.startLSN)")),
            ("stopLSN", .string("\(backup.stopLSN)")),
            ("files", .number(Int64(plan.fileCount))),
            ("wholeFiles", .number(Int64(plan.wholeFileCount))),
            ("bytes", .number(Int64(clamping: plan.byteCount))),
            ("contentBytes", .number(Int64(clamping: plan.contentByteCount))),
            ("fetchedBytes", .number(Int64(clamping: plan.fetchByteCount))),
            ("segments", plan.segmentCount.map { .number(Int64(clamping: $0)) } ?? .null),
            ("window", plan.choice.window.map(window) ?? .null),
            (
                "tablespaces",
                .array(
                    plan.paths.tablespaces.map { tablespace in
                        .object([
                            ("oid", .string(tablespace.oid)), ("from", .string(tablespace.source)),
                            ("to", .string(tablespace.target)),
                        ])
                    })
            ),
            ("milliseconds", report.map { .number(Int64($0.seconds * 1000)) } ?? .null),
            ("synchronizeMilliseconds", report.map { .number(Int64($0.synchronizeSeconds * 1000)) } ?? .null),
            ("warnings", .array((report?.notices ?? plan.notices).map { .string($0) })),
        ])
    }

    private static func window(_ window: RecoveryWindow) -> JSONText {
        .object([
            ("timeline", .number(Int64(window.timeline.rawValue))), ("from", .string(window.from)),
            ("fromLSN", .string("\(window.fromLSN)")), ("toLSN", .string("\(window.toLSN)")),
        ])
    }
}
