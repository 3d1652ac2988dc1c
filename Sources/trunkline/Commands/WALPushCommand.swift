internal import Operations

/// `trunkline wal push PATH`.
enum WALPushCommand {
    static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let configuration = try context.configuration()
        let cluster = try context.cluster(of: configuration)
        let push = PushWAL(configuration, cluster: cluster, environment: context.environment)
        if context.invocation.has("explain-memory") {
            let sum = try context.operation { () throws(OperationError) in try push.explainMemory() }
            context.console.result(sum.text)
            return .success
        }
        let path = context.invocation.operands[0]
        let watchdog = context.watchdog(seconds: configuration.wal.pushDeadlineSeconds, .temporary)
        let warnings = try context.operation { () throws(OperationError) in try push.run(path) }
        watchdog.stop()
        for warning in warnings { context.console.warning(warning) }
        return .success
    }
}
