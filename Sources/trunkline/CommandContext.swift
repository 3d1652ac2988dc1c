internal import Operations

/// What a command may use. Nothing is read before it is asked for.
struct CommandContext: Sendable {
    let invocation: Invocation
    let environment: [String: String]
    let console: Console

    /// The configuration, with its warnings said: of the file, or what the options say in its place.
    ///
    /// - Parameter opensContent: whether the verb has no use for a repository without an identity.
    func configuration(opensContent: Bool = true) throws(CommandFailure) -> Configuration {
        let options = try RepositoryOptions(invocation, environment: environment, opensContent: opensContent)
        do throws(ConfigurationError) {
            let configuration = try load(options)
            for warning in configuration.warnings { console.warning(warning) }
            return configuration
        } catch {
            throw .configuration(error)
        }
    }

    private func load(_ options: RepositoryOptions?) throws(ConfigurationError) -> Configuration {
        if let options { return try options.configuration.made(environment: environment) }
        return try ConfigurationLoader.load(option: invocation.value("config"), environment: environment)
    }

    /// The cluster of `configuration` that the command is about. Where options stand in for the file and name none, the
    /// repository is asked for the only one that it holds.
    func cluster(of configuration: Configuration) throws(CommandFailure) -> ClusterConfiguration {
        if let named = try namedCluster(of: configuration) { return named }
        return try operation { () throws(OperationError) in
            try ClusterSearch.only(in: configuration, environment: environment)
        }
    }

    /// The same; nil where the repository has to be asked.
    func namedCluster(of configuration: Configuration) throws(CommandFailure) -> ClusterConfiguration? {
        if let options = try RepositoryOptions(invocation, environment: environment, opensContent: false) {
            return options.configuration.cluster == nil ? nil : configuration.clusters.first
        }
        do throws(ConfigurationError) {
            return try ConfigurationLoader.cluster(
                of: configuration, option: invocation.value("cluster"), environment: environment)
        } catch {
            throw .configuration(error)
        }
    }

    /// Ends the process with `status` if it is still there some time after `seconds`.
    func watchdog(seconds: Double, _ status: ExitCode) -> Watchdog {
        Watchdog(seconds: seconds, status: status, console: console)
    }

    /// From now on a signal ends the process with an ordinary status, after one line: `what` is left as it is, which
    /// the next run finds.
    func endOnSignals(_ what: String) -> EndingSignals? { try? EndingSignals(what, console: console) }

    /// Converts what an operation throws at the border of this target.
    func operation<Result: ~Copyable>(_ body: () throws(OperationError) -> Result) throws(CommandFailure) -> Result {
        do throws(OperationError) {
            return try body()
        } catch {
            throw .operation(error)
        }
    }
}
