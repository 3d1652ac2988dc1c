internal import Format
internal import Operations

/// `trunkline backup`.
enum BackupCommand {
    static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let request = try request(context.invocation)
        let configuration = try context.configuration()
        let cluster = try context.cluster(of: configuration)
        let backup = Backup(
            configuration, cluster: cluster, environment: context.environment, request: request,
            progress: Progress(context.console))
        if context.invocation.has("explain-memory") {
            let sum = try context.operation { () throws(OperationError) in try backup.explainMemory() }
            context.console.result(sum.text)
            return .success
        }
        let watch = context.endOnSignals("the backup")
        defer { watch?.stop() }
        let report = try context.operation { () throws(OperationError) in try backup.run() }
        for warning in report.warnings { context.console.warning(warning) }
        for error in report.pageErrors {
            context.console.error("file \"\(error.file)\": the checksum of page \(error.block) is wrong")
        }
        let isJSON = context.invocation.has("json")
        context.console.result(isJSON ? json(report).text + "\n" : text(report))
        guard report.summary.pageErrorCount > 0 else { return .success }
        context.console.hint(
            "The backup is kept, with \(report.summary.pageErrorCount) bad pages as they are on disk: keep the last "
                + "good one too, and look after the disk and the memory of this host.")
        return .missing
    }

    private static func request(_ invocation: Invocation) throws(CommandFailure) -> BackupRequest {
        var request = BackupRequest()
        var problems: [UsageError.Problem] = []
        request.isFull = invocation.has("full")
        request.rereads = invocation.has("reread")
        request.isFromStandby = invocation.has("from-standby")
        if let text = invocation.value("checkpoint") {
            request.checkpoint = BackupConfiguration.Checkpoint(rawValue: text)
            if request.checkpoint == nil {
                problems.append(UsageError.Problem(message: "--checkpoint takes fast or spread, found \"\(text)\""))
            }
        }
        if let text = invocation.value("jobs") {
            request.workers = Int(text).flatMap { (1...ConfigurationLimits.threadsMax).contains($0) ? $0 : nil }
            if request.workers == nil {
                let most = ConfigurationLimits.threadsMax
                problems.append(UsageError.Problem(message: "--jobs takes 1 to \(most), found \"\(text)\""))
            }
        }
        if let text = invocation.value("bandwidth") {
            request.bandwidth = Quantity.bytes(text).flatMap { ConfigurationLimits.bandwidth.contains($0) ? $0 : nil }
            if request.bandwidth == nil {
                problems.append(
                    UsageError.Problem(
                        message: "--bandwidth takes bytes a second, such as 20MiB, found \"\(text)\"",
                        hint: "From 64KiB to 64GiB are possible."))
            }
        }
        for text in invocation.values("annotation") {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, BackupAnnotation.isValid(key: parts[0], value: parts[1]) else {
                problems.append(UsageError.Problem(message: "--annotation takes KEY=VALUE, found \"\(text)\""))
                continue
            }
            request.annotations[parts[0]] = parts[1]
        }
        guard problems.isEmpty else { throw .usage(UsageError(problems: problems, verb: .backup)) }
        return request
    }

    private static func text(_ report: BackupReport) -> String {
        let summary = report.summary
        let how =
            switch summary.method {
            case .full: "everything was read and stored"
            case .hashes: "changes since \(summary.base.map { "\($0)" } ?? "") found by comparing blocks"
            case .summaries: "changes since \(summary.base.map { "\($0)" } ?? "") told by WAL summaries"
            }
        var lines = [
            "backup \(summary.id)",
            "  database  \(Amount.bytes(summary.byteCount)) in \(Amount.count(summary.fileCount, "file")), \(how)",
            "  read      \(Amount.bytes(summary.readByteCount))",
            "  stored    \(Amount.bytes(summary.storedByteCount)), "
                + "\(Amount.share(summary.reusedByteCount, of: summary.byteCount)) were there already",
            "  WAL       \(summary.startLSN) to \(summary.stopLSN), timeline \(summary.timeline)",
            "  took      \(Amount.duration(Double(summary.milliseconds) / 1000))",
        ]
        if report.resumedByteCount > 0 {
            lines.append("  resumed   \(Amount.bytes(report.resumedByteCount)) of an interrupted backup")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func json(_ report: BackupReport) -> JSONText {
        let summary = report.summary
        return .object([
            ("id", .string("\(summary.id)")),
            ("startLSN", .string("\(summary.startLSN)")),
            ("stopLSN", .string("\(summary.stopLSN)")),
            ("timeline", .number(Int64(summary.timeline.rawValue))),
            ("files", .number(Int64(clamping: summary.fileCount))),
            ("bytes", .number(Int64(clamping: summary.byteCount))),
            ("readBytes", .number(Int64(clamping: summary.readByteCount))),
            ("storedBytes", .number(Int64(clamping: summary.storedByteCount))),
            ("reusedBytes", .number(Int64(clamping: summary.reusedByteCount))),
            ("resumedBytes", .number(Int64(clamping: report.resumedByteCount))),
            ("method", .string(summary.method.rawValue)),
            ("base", summary.base.map { .string("\($0)") } ?? .null),
            ("pageErrorCount", .number(Int64(clamping: summary.pageErrorCount))),
            (
                "pageErrors",
                .array(
                    report.pageErrors.map { error in
                        .object([("file", .string(error.file)), ("block", .number(Int64(error.block)))])
                    })
            ),
            ("seconds", .decimal(Double(summary.milliseconds) / 1000)),
            ("warnings", .array(report.warnings.map { .string($0) })),
        ])
    }
}
