internal import Format
internal import Platform

@main enum Trunkline {
    static func main() {
        StandardStream.keepNumbers()
        let arguments = Array(Process.arguments.dropFirst())
        let verb = Arguments.verb(arguments)
        let caller = RestoreCaller(arguments: arguments)
        // Set before anything can go wrong: a fault must not look like an answer to PostgreSQL either.
        FaultExit.install(status: FinalStatus.status(.internalFault, verb: verb, caller: caller).rawValue)
        Process.limitPermissions(to: 0o750)
        Signals.ignoreBrokenPipe()
        Signals.ignoreFileSizeLimit()
        let environment = Process.environment
        let console = Console.standard(environment: environment)
        let outcome = Session(arguments: arguments, environment: environment, console: console).run()
        let status = FinalStatus.status(outcome, verb: verb, caller: caller)
        if outcome == .success && status != .success {
            console.error("this command fetches nothing, so PostgreSQL would take it for the end of the archive")
        }
        Process.exit(status.rawValue)
    }
}
