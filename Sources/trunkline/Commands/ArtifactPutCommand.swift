internal import Format
internal import Operations
internal import Platform

/// `trunkline artifact put NAME [--content-type TYPE] [--command COMMAND] [--json]`.
enum ArtifactPutCommand {
    /// How long an upload may take to be given up when somebody asks the program to stop.
    private static let stopSeconds = 15.0

    static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let invocation = context.invocation
        if invocation.has("explain-memory") {
            let put = try operation(context)
            let sum = try context.operation { () throws(OperationError) in try put.explainMemory() }
            context.console.result(sum.text)
            return .success
        }
        let name = try ArtifactWords.name(invocation.operands[0], invocation)
        let contentType = try contentType(invocation)
        let put = try operation(context)
        let stored: PutArtifact.Stored
        if let command = invocation.value("command") {
            stored = try run(command, context) { (source) throws(OperationError) in
                try put.run(name, contentType: contentType, from: source)
            }
        } else {
            try requireInput(invocation)
            stored = try context.operation { () throws(OperationError) in
                try put.run(name, contentType: contentType, from: StandardInputSource())
            }
        }
        for warning in stored.warnings { context.console.warning(warning) }
        context.console.result(
            invocation.has("json") ? json(stored).text + "\n" : ArtifactWords.text(of: stored.record))
        return .success
    }

    private static func operation(_ context: CommandContext) throws(CommandFailure) -> PutArtifact {
        let configuration = try context.configuration()
        let cluster = try context.cluster(of: configuration)
        return PutArtifact(configuration, cluster: cluster, environment: context.environment)
    }

    /// Runs the command and `body` over what it writes. A signal that ends us ends the command, then the upload; a
    /// second one ends this program at once.
    private static func run(
        _ command: String, _ context: CommandContext,
        _ body: (CommandSource) throws(OperationError) -> PutArtifact.Stored
    ) throws(CommandFailure) -> PutArtifact.Stored {
        Signals.blockAll()
        return try context.operation { () throws(OperationError) in
            let source = try CommandSource(command)
            defer { source.end() }
            let watchdog = Gate<Watchdog?>(nil)
            let watch: SignalWatch
            do throws(PlatformError) {
                watch = try SignalWatch([.hangUp, .interrupt, .quit, .terminate]) { signal in
                    let isFirst = watchdog.withLock { watchdog in
                        defer { watchdog = watchdog ?? context.watchdog(seconds: stopSeconds, .temporary) }
                        return watchdog == nil
                    }
                    guard isFirst else { Process.exit(ExitCode.temporary.rawValue) }
                    source.stop(signal)
                }
            } catch {
                throw OperationError(error, doing: "start thread")
            }
            do throws(OperationError) {
                let stored = try body(source)
                watch.stop()
                return stored
            } catch {
                watch.stop()
                throw error
            }
        }
    }

    private static func contentType(_ invocation: Invocation) throws(CommandFailure) -> ContentType? {
        guard let text = invocation.value("content-type") else { return nil }
        guard let type = ContentType(text) else {
            throw ArtifactWords.usage(
                invocation, "\"\(text)\" is not a content type", hint: "Write it like application/sql.")
        }
        return type
    }

    private static func requireInput(_ invocation: Invocation) throws(CommandFailure) {
        guard Terminal.isTerminal(.input) else { return }
        throw ArtifactWords.usage(
            invocation, "standard input is a terminal",
            hint: "Say what writes the stream with --command, or redirect standard input.")
    }

    private static func json(_ stored: PutArtifact.Stored) -> JSONText {
        .object(
            ArtifactWords.members(of: stored.record) + [("warnings", .array(stored.warnings.map(JSONText.string)))])
    }
}
