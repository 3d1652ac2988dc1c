internal import Format
internal import Operations
internal import Platform

/// `trunkline metrics [--output FILE]`.
enum MetricsCommand {
    /// The textfile collector is another user than PostgreSQL's; no metric is a secret.
    private static let permissions: UInt16 = 0o644

    static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let configuration = try context.configuration(opensContent: false)
        let findings = try findings(configuration, context)
        let registry = MetricsRegistry()
        registry.set(.buildInfo, 1, Version.number)
        for findings in findings { findings.tell(registry) }
        if let path = context.invocation.value("output") {
            try context.operation { () throws(OperationError) in try write(registry.text, to: path) }
        } else {
            context.console.result(registry.text)
        }
        return status(findings, context.console)
    }

    /// Of the cluster that is named, else of all.
    private static func findings(
        _ configuration: Configuration, _ context: CommandContext
    ) throws(CommandFailure) -> [ArchiveFindings] {
        let isNamed =
            context.invocation.has("cluster") || !(context.environment[EnvironmentNames.cluster] ?? "").isEmpty
        let clusters = isNamed ? [try context.cluster(of: configuration)] : configuration.clusters
        return try context.operation { () throws(OperationError) in
            let repositories = try Repositories.open(configuration.repositories, environment: context.environment)
            var findings: [ArchiveFindings] = []
            for cluster in clusters {
                findings.append(
                    try ArchiveSurvey(configuration, cluster: cluster, repositories: repositories).run())
            }
            return findings
        }
    }

    /// The collector reads at any time: it finds the file of before, or this one. Its directory is looked through for
    /// names that end in `.prom`, which the temporary name does not.
    private static func write(_ text: String, to path: String) throws(OperationError) {
        let directory = FileSystem.parent(of: path) ?? "."
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        do throws(PlatformError) {
            var file = try AtomicFile(directory: directory, name: name, permissions: permissions)
            try file.write(text: text)
            try file.setAttributes(permissions: permissions, owner: nil)
            // After a crash the next run makes it anew.
            _ = try file.commit(overwrite: .replace, durable: false)
        } catch {
            // People know the file by its own name, not by the temporary one.
            let named = PlatformError(operation: error.operation, object: path, errno: error.errno)
            throw OperationError(named, doing: "write")
        }
    }

    /// What could not be looked at decides, the first of it; what cannot be believed counts like a finding of `list`.
    private static func status(_ findings: [ArchiveFindings], _ console: Console) -> ExitCode {
        for place in findings.flatMap(\.places) {
            for doubt in place.doubts { console.warning("the truth may be better than what is told: \(doubt)") }
        }
        let failures = findings.flatMap(\.failures)
        for failure in failures { console.error("\(failure)", hint: failure.hint) }
        if let first = failures.first { return ExitCode(first.code.kind) }
        return findings.contains { $0.places.contains { !$0.doubts.isEmpty } } ? .missing : .success
    }
}
