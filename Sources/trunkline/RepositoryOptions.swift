internal import Operations
internal import Platform

/// `--repository URL [--endpoint URL] [--region NAME] --identity FILE [--cluster NAME]`: what stands in for a
/// configuration file, for reading on a machine that has none.
struct RepositoryOptions {
    let configuration: DirectConfiguration

    /// Nil when the options say nothing of a repository. Throws what does not go together.
    ///
    /// - Parameter opensContent: whether an identity is needed.
    init?(
        _ invocation: Invocation, environment: [String: String], opensContent: Bool
    ) throws(CommandFailure) {
        // There they describe the file that is to be made.
        guard invocation.verb != .initialize else { return nil }
        let given = CommandTable.repositoryOptions.map(\.name).filter(invocation.has)
        guard let url = invocation.value("repository") else {
            guard let stray = given.first else { return nil }
            throw Self.usage(invocation, "--\(stray) needs --repository")
        }
        if invocation.has("config") {
            throw Self.usage(invocation, "--repository and --config exclude each other")
        }
        let configuration = DirectConfiguration(
            repository: url, endpoint: invocation.value("endpoint"), region: invocation.value("region"),
            identityFile: invocation.value("identity").map(Self.absolute),
            cluster: invocation.value("cluster")
                ?? environment[EnvironmentNames.cluster].flatMap { $0.isEmpty ? nil : $0 })
        if opensContent, configuration.needsIdentity(environment: environment) {
            throw Self.usage(
                invocation, "--repository needs --identity",
                hint: "Name the file with the secret that opens what is stored there.")
        }
        self.configuration = configuration
    }

    private static func usage(_ invocation: Invocation, _ message: String, hint: String? = nil) -> CommandFailure {
        .usage(UsageError(problems: [UsageError.Problem(message: message, hint: hint)], verb: invocation.verb))
    }

    /// Relative to where the command is run, as everywhere on a command line.
    private static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let directory = try? FileSystem.currentDirectory() else { return path }
        return "\(directory)/\(path)"
    }
}
