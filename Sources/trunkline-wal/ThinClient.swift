internal import Format
internal import Platform

/// `trunkline-wal`: asks the agent, and leaves to `trunkline` whatever the agent does not answer.
///
/// PostgreSQL starts one for every segment. So there is no Foundation here, no task, no thread and no shared library:
/// it starts as quickly as a program can.
@main enum ThinClient {
    static func main() {
        StandardStream.keepNumbers()
        let arguments = Array(Process.arguments.dropFirst())
        let asker = ClientCaller(arguments: arguments) { ((try? FileSystem.status(of: $0)) ?? nil) != nil }
        // Set before anything can go wrong: a fault must not look like an answer to PostgreSQL.
        FaultExit.install(status: asker.status(.fault))
        Signals.ignoreBrokenPipe()
        Process.exit(run(arguments, asker))
    }

    private static func run(_ arguments: [String], _ caller: ClientCaller) -> Int32 {
        switch ClientArguments.parse(arguments) {
        case .help: return show(ClientHelp.text)
        case .version: return show("trunkline-wal \(Version.number)\n")
        case .wrong(let message):
            complain(message, hint: "Try \"trunkline-wal --help\".")
            return caller.status(.usage)
        case .handOver(let words): return DirectProgram.execute(words, caller)
        case .ask(let invocation):
            guard let answer = ask(invocation), caller.mayHear(answer.exitCode) else {
                return DirectProgram.execute(invocation.words, caller)
            }
            if !answer.text.isEmpty { say(answer.text) }
            return Int32(answer.exitCode)
        }
    }

    /// Nil when it cannot be put into a question, or there is no answer to it.
    private static func ask(_ invocation: ClientInvocation) -> AgentAnswer? {
        guard let directory = try? FileSystem.currentDirectory(),
            let request = invocation.request(directory: directory, variable: Process.variable)
        else { return nil }
        return AgentAnswer.of(request, socket: invocation.socket(variable: Process.variable))
    }

    static func complain(_ message: String, hint: String) {
        say("trunkline-wal: error: \(message)\ntrunkline-wal: hint: \(hint)\n")
    }

    /// There is nobody to tell when standard error is closed.
    private static func say(_ text: String) { try? StandardStream.error.write(text) }

    private static func show(_ text: String) -> Int32 {
        do throws(PlatformError) {
            try StandardStream.output.write(text)
            return 0
        } catch {
            say("trunkline-wal: error: \(error)\n")
            return ClientCaller.outputFailure
        }
    }
}
