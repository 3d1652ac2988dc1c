internal import Operations

/// `trunkline list [--json]`.
enum ListCommand {
    static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let configuration = try context.configuration(opensContent: false)
        let cluster = try context.cluster(of: configuration).name
        let list = ListBackups(configuration, cluster: cluster, environment: context.environment)
        let answers = try context.operation { () throws(OperationError) in try list.run() }
        if context.invocation.has("json") {
            let repositories = answers.map { answer in
                switch answer.result {
                case .success(let listing): ListJSON.repository(listing)
                case .failure(let error): ListJSON.repository(answer.repository, error)
                }
            }
            context.console.result(JSONText.object([("repositories", .array(repositories))]).text + "\n")
        } else {
            let texts = answers.compactMap { try? ListReport($0.result.get(), of: cluster).text }
            context.console.result(texts.joined(separator: "\n"))
        }
        return try status(answers.map(\.result), context.console)
    }

    /// Says what cannot be believed; a repository that did not answer decides the status.
    private static func status(
        _ answers: [Result<BackupListing, OperationError>], _ console: Console
    ) throws(CommandFailure) -> ExitCode {
        var status = ExitCode.success
        for case .success(let listing) in answers {
            for error in listing.refused {
                console.warning("a backup is left out: \(error)")
                status = .missing
            }
            for error in listing.damaged {
                console.warning("the windows may be longer: \(error)")
                status = .missing
            }
        }
        for case .failure(let error) in answers { throw .operation(error) }
        return status
    }
}
