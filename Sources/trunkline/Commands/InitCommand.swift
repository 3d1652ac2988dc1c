internal import Operations
internal import Platform

/// `trunkline init --pgdata DIR --repository URL`.
enum InitCommand {
    static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let file = ConfigurationFile.location(
            option: context.invocation.value("config"), environment: context.environment
        ).path
        let exists = ((try? FileSystem.status(of: file)) ?? nil) != nil
        var made: [String] = []
        if !exists {
            let new = try newConfiguration(context.invocation, file)
            made = try context.operation { () throws(OperationError) in
                try new.requireDataDirectory()
                return try new.write()
            }
        }
        let configuration = try context.configuration()
        if exists { try requireAgreement(context.invocation, configuration, file) }
        let cluster = try context.cluster(of: configuration)
        let found = FoundRepositories(configuration, cluster: cluster, environment: context.environment)
        let report = try context.operation { () throws(OperationError) in try found.run() }
        try giveAway(made, configuration, cluster, report, context)
        context.console.result(
            InitReport(file: file, made: made, configuration: configuration, cluster: cluster, report: report).text)
        return .success
    }

    private static func newConfiguration(
        _ invocation: Invocation, _ file: String
    ) throws(CommandFailure) -> NewConfiguration {
        let repositories = invocation.values("repository")
        guard let directory = invocation.value("pgdata"), !repositories.isEmpty else {
            let problem = UsageError.Problem(
                message: "there is no configuration \"\(file)\" yet, so --pgdata and --repository are needed")
            throw .usage(UsageError(problems: [problem], verb: .initialize))
        }
        return NewConfiguration(
            file: absolute(file), dataDirectory: absolute(directory), cluster: invocation.value("cluster") ?? "main",
            repositories: repositories, identityFile: invocation.value("identity").map(absolute),
            endpoint: invocation.value("endpoint"), region: invocation.value("region"))
    }

    /// A second `init` changes nothing; one that asks for something else is told so.
    private static func requireAgreement(
        _ invocation: Invocation, _ configuration: Configuration, _ file: String
    ) throws(CommandFailure) {
        var problems: [UsageError.Problem] = []
        for url in invocation.values("repository") where !configuration.repositories.contains(where: { $0.url == url })
        {
            problems.append(
                UsageError.Problem(
                    message: "\"\(file)\" exists and names no repository \"\(url)\"",
                    hint: "Add a [repository.NAME] section to it, and run \"trunkline init\" again."))
        }
        if let directory = invocation.value("pgdata").map(absolute),
            !configuration.clusters.contains(where: { $0.dataDirectory.map(absolute) == directory })
        {
            problems.append(
                UsageError.Problem(
                    message: "\"\(file)\" exists and names no cluster with pgdata \"\(directory)\"",
                    hint: "Add a [cluster.NAME] section to it, or name another file with --config."))
        }
        guard problems.isEmpty else { throw .usage(UsageError(problems: problems, verb: .initialize)) }
    }

    /// A superuser sets up for the server's user: what was made just now is to be usable by it.
    private static func giveAway(
        _ made: [String], _ configuration: Configuration, _ cluster: ClusterConfiguration,
        _ report: FoundRepositories.Report, _ context: CommandContext
    ) throws(CommandFailure) {
        guard Process.userID == 0, let model = cluster.dataDirectory else { return }
        var paths = made + [cluster.stateDirectory]
        for repository in configuration.repositories where report.founded.contains(repository.name) {
            if case .directory(let root) = repository.location { paths.append(root) }
        }
        try context.operation { () throws(OperationError) in
            do throws(PlatformError) {
                for path in paths { try Ownership.give(path, toOwnerOf: model) }
            } catch {
                throw OperationError(error, doing: "give away")
            }
        }
    }

    private static func absolute(_ path: String) -> String {
        if let real = try? FileSystem.realPath(path) { return real }
        guard !path.hasPrefix("/"), let directory = try? FileSystem.currentDirectory() else { return path }
        return "\(directory)/\(path)"
    }
}
