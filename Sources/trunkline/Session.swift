/// One run of the program, apart from the process around it.
package struct Session: Sendable {
    /// Without the program's own name.
    package let arguments: [String]
    package let environment: [String: String]
    package let console: Console

    package init(arguments: [String], environment: [String: String], console: Console) {
        self.arguments = arguments
        self.environment = environment
        self.console = console
    }

    /// Does what the command line asks and says what there is to say.
    package func run() -> ExitCode {
        do throws(CommandFailure) {
            let code = try perform()
            guard code == .success || code == .missing, let failure = console.outputFailure else { return code }
            console.error("\(failure)")
            return .inputOutput
        } catch {
            error.report(console)
            return error.exitCode
        }
    }

    private func perform() throws(CommandFailure) -> ExitCode {
        let request: Request
        do throws(UsageError) {
            request = try Arguments.parse(arguments)
        } catch {
            throw .usage(error)
        }
        switch request {
        case .help(let verb): console.result(Help.text(verb))
        case .version: console.result(VersionCommand.line)
        case .run(let invocation):
            return try Self.command(invocation.verb)(
                CommandContext(invocation: invocation, environment: environment, console: console))
        }
        return .success
    }

    private static func command(
        _ verb: Verb
    ) -> (CommandContext) throws(CommandFailure) -> ExitCode {
        switch verb {
        case .initialize: InitCommand.run
        case .keyNew: KeyNewCommand.run
        case .keyShow: KeyShowCommand.run
        case .walPush: WALPushCommand.run
        case .walFetch: WALFetchCommand.run
        case .walPrefetch: WALPrefetchCommand.run
        case .walList: WALListCommand.run
        case .agent: AgentCommand.run
        case .backup: BackupCommand.run
        case .restore: RestoreCommand.run
        case .artifactPut: ArtifactPutCommand.run
        case .artifactGet: ArtifactGetCommand.run
        case .artifactList: ArtifactListCommand.run
        case .list: ListCommand.run
        case .show: ShowCommand.run
        case .verify: VerifyCommand.run
        case .metrics: MetricsCommand.run
        case .version: VersionCommand.run
        }
    }
}
