internal import Operations

/// What a command may use. Nothing is read before it is asked for.
struct CommandContext: Sendable {
    let invocation: Invocation
    let environment: [String: String]
    let console: Console

    /// The configuration, with its warnings said.
    func configuration() throws(CommandFailure) -> Configuration {
        do throws(ConfigurationError) {
            let configuration = try ConfigurationLoader.load(
                option: invocation.value("config"), environment: environment)
            for warning in configuration.warnings { console.warning(warning) }
            return configuration
        } catch {
            throw .configuration(error)
        }
    }

    /// The cluster of `configuration` that the command is about.
    func cluster(of configuration: Configuration) throws(CommandFailure) -> ClusterConfiguration {
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

    /// Converts what an operation throws at the border of this target.
    func operation<Result>(_ body: () throws(OperationError) -> Result) throws(CommandFailure) -> Result {
        do throws(OperationError) {
            return try body()
        } catch {
            throw .operation(error)
        }
    }
}
