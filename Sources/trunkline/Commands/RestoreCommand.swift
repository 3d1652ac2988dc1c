internal import Format
internal import Operations
internal import Platform

/// `trunkline restore [BACKUP] --to DIR`.
enum RestoreCommand {
    static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let explains = context.invocation.has("explain-memory")
        var request =
            explains
            ? RestoreRequest(directory: "/", restoreCommand: "") : try RestoreOptions.request(context.invocation)
        let configuration = try context.configuration()
        let cluster = try context.cluster(of: configuration)
        request.restoreCommand = command(context, configuration, cluster)
        let restore = Restore(
            configuration, cluster: cluster, environment: context.environment, request: request,
            progress: Progress(context.console))
        if explains {
            context.console.result(restore.explainMemory().text)
            return .success
        }
        let watch = context.endOnSignals("the restore")
        defer { watch?.stop() }
        let plan = try context.operation { () throws(OperationError) in try restore.plan() }
        let isJSON = context.invocation.has("json")
        guard !context.invocation.has("dry-run") else {
            for notice in plan.notices { context.console.warning(notice) }
            context.console.result(
                isJSON ? RestoreReportJSON.text(plan, nil).text + "\n" : RestoreReportText(plan, request).planned)
            return .success
        }
        let report = try context.operation { () throws(OperationError) in try restore.run(plan) }
        for notice in report.notices { context.console.warning(notice) }
        context.console.result(
            isJSON
                ? RestoreReportJSON.text(plan, report).text + "\n" : RestoreReportText(plan, request).done(report))
        return .success
    }

    /// The value of `restore_command`: this program, told where the WAL is as it was told itself.
    private static func command(
        _ context: CommandContext, _ configuration: Configuration, _ cluster: ClusterConfiguration
    ) -> String {
        let name = "\(cluster.name)"
        guard context.invocation.has("repository") else {
            return ServerCommand.text(
                .fetch, of: configuration, file: configuration.file.map(absolute), cluster: name)
        }
        var options = CommandTable.repositoryOptions.compactMap { rule in
            context.invocation.value(rule.name).map { value in
                (name: rule.name, value: rule.name == "identity" ? absolute(value) : value)
            }
        }
        options.append((name: "cluster", value: name))
        return ServerCommand.text(.fetch, options: options)
    }

    private static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let here = try? FileSystem.currentDirectory() else { return path }
        return "\(here)/\(path)"
    }
}
