internal import Format
internal import Operations

/// `trunkline artifact list [NAME] [--json]`.
enum ArtifactListCommand {
    static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let invocation = context.invocation
        var name: ArtifactName?
        if let operand = invocation.operands.first { name = try ArtifactWords.name(operand, invocation) }
        let configuration = try context.configuration(opensContent: false)
        let cluster = try context.cluster(of: configuration)
        let list = ListArtifacts(configuration, cluster: cluster, environment: context.environment)
        let report = try context.operation { () throws(OperationError) in try list.run(name) }
        for problem in report.problems { context.console.warning(problem) }
        let places = configuration.repositories.map(\.name)
        context.console.result(
            invocation.has("json")
                ? json(cluster, report).text + "\n" : text(cluster, report.holdings, places: places))
        return report.problems.isEmpty ? .success : .missing
    }

    /// One line for each name, and one for each version below it; at most 100 columns, long names aside.
    static func text(
        _ cluster: ClusterConfiguration, _ holdings: [ListArtifacts.Holding], places: [String]
    ) -> String {
        guard !holdings.isEmpty else { return "cluster \"\(cluster.name)\" has no such artifacts\n" }
        var text = ""
        var last: ArtifactName?
        for holding in holdings {
            let record = holding.record
            if record.name != last { text += "\(record.name)\n" }
            last = record.name
            text += line(record) + "\n"
            let absent = places.filter { !holding.repositories.contains($0) }
            if !absent.isEmpty { text += "    not in \(absent.joined(separator: ", "))\n" }
        }
        return text
    }

    /// Room for a content type beside the rest.
    private static let typeColumns = 25

    private static func line(_ record: ArtifactRecord) -> String {
        let type = record.contentType.map { "\($0)" } ?? ""
        let shown = type.count <= typeColumns ? type : type.prefix(typeColumns - 3) + "..."
        let sizes = [record.byteCount, record.storedByteCount].map { padded(ByteText.text($0), 8) }
        let columns = ["  \(record.version)", record.created] + sizes + [String(shown)]
        let line = columns.joined(separator: "  ")
        return String(line[...(line.lastIndex { $0 != " " } ?? line.startIndex)])
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    private static func json(_ cluster: ClusterConfiguration, _ report: ListArtifacts.Report) -> JSONText {
        let artifacts = report.holdings.map { holding in
            JSONText.object(
                ArtifactWords.members(of: holding.record)
                    + [("repositories", .array(holding.repositories.map(JSONText.string)))])
        }
        return .object([
            ("cluster", .string("\(cluster.name)")), ("artifacts", .array(artifacts)),
            ("problems", .array(report.problems.map(JSONText.string))),
        ])
    }
}
