internal import Format
internal import Operations

/// `trunkline wal list [--json]`.
enum WALListCommand {
    static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let configuration = try context.configuration(opensContent: false)
        let cluster = try context.cluster(of: configuration)
        let list = ListWAL(configuration, cluster: cluster, environment: context.environment)
        let holdings = try context.operation { () throws(OperationError) in try list.run() }
        let isJSON = context.invocation.has("json")
        context.console.result(isJSON ? json(cluster, holdings).text + "\n" : text(cluster, holdings))
        let hasGap = holdings.contains { $0.timelines.contains { !$0.gaps.isEmpty } }
        return hasGap ? .missing : .success
    }

    private static func text(_ cluster: ClusterConfiguration, _ holdings: [ListWAL.Holding]) -> String {
        guard !holdings.isEmpty else { return "no repository knows cluster \"\(cluster.name)\"\n" }
        return holdings.map { holding in
            let version = holding.major.map { ", PostgreSQL \($0)" } ?? ""
            let head =
                "repository \(holding.repository), cluster \(cluster.name), system \(holding.system)\(version), "
                + "segments of \(holding.segmentSize)\n"
            let lines = holding.timelines.flatMap(lines)
            return head + (lines.isEmpty ? "  nothing archived yet\n" : lines.map { "  \($0)\n" }.joined())
        }.joined(separator: "\n")
    }

    private static func lines(_ timeline: SegmentRanges.Timeline) -> [String] {
        let history = timeline.hasHistory ? ", with history" : ""
        var lines = ["timeline \(timeline.timeline)\(history)"]
        for (index, run) in timeline.runs.enumerated() {
            lines.append("  \(run.first) - \(run.last)  \(segments(run.count))")
            guard index < timeline.gaps.count else { continue }
            let gap = timeline.gaps[index]
            lines.append("  GAP: \(gap.first) - \(gap.last)  \(segments(gap.count)) missing")
        }
        lines += timeline.partials.map { "  \($0).partial" }
        if !timeline.backups.isEmpty { lines.append("  base backups began in \(timeline.backups.count) segments") }
        return lines
    }

    private static func segments(_ count: UInt64) -> String { count == 1 ? "1 segment" : "\(count) segments" }

    private static func json(_ cluster: ClusterConfiguration, _ holdings: [ListWAL.Holding]) -> JSONText {
        .object([
            ("cluster", .string("\(cluster.name)")),
            (
                "systems",
                .array(
                    holdings.map { holding in
                        .object([
                            ("repository", .string(holding.repository)),
                            ("system", .string("\(holding.system)")),
                            ("version", holding.major.map { .string("\($0)") } ?? .null),
                            ("segmentBytes", .number(Int64(clamping: holding.segmentSize.byteCount))),
                            ("storedBytes", .number(Int64(clamping: holding.storedBytes))),
                            ("timelines", .array(holding.timelines.map(json))),
                        ])
                    })
            ),
        ])
    }

    private static func json(_ timeline: SegmentRanges.Timeline) -> JSONText {
        .object([
            ("timeline", .number(Int64(timeline.timeline.rawValue))),
            ("hasHistory", .flag(timeline.hasHistory)),
            ("ranges", .array(timeline.runs.map(json))),
            ("gaps", .array(timeline.gaps.map(json))),
            ("partials", .array(timeline.partials.map { .string("\($0)") })),
            ("backups", .array(timeline.backups.map { .string("\($0)") })),
        ])
    }

    private static func json(_ run: SegmentRanges.Run) -> JSONText {
        .object([
            ("first", .string("\(run.first)")), ("last", .string("\(run.last)")),
            ("segments", .number(Int64(clamping: run.count))),
        ])
    }
}
