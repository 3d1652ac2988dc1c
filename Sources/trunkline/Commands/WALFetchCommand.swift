internal import Format
internal import Operations
internal import Platform

/// `trunkline wal fetch NAME DEST`.
enum WALFetchCommand {
    static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let configuration = try context.configuration()
        let cluster = try context.namedCluster(of: configuration)
        let caller = RestoreCaller(arguments: context.invocation.operands)
        let fetch = fetch(context, configuration, cluster, caller)
        if context.invocation.has("explain-memory") {
            let sum = try context.operation { () throws(OperationError) in try fetch.explainMemory() }
            context.console.result(sum.text)
            return .success
        }
        let (name, target) = (context.invocation.operands[0], context.invocation.operands[1])
        let status: ExitCode = caller == .recovery ? .abortRecovery : .temporary
        let watchdog = context.watchdog(seconds: configuration.wal.fetchDeadlineSeconds, status)
        let outcome = try context.operation { () throws(OperationError) in try fetch.run(name, to: target) }
        watchdog.stop()
        return outcome == .restored ? .success : .missing
    }

    static func fetch(
        _ context: CommandContext, _ configuration: Configuration, _ cluster: ClusterConfiguration?,
        _ caller: RestoreCaller
    ) -> FetchWAL {
        let options = ["config", "cluster"] + CommandTable.repositoryOptions.map(\.name)
        let words = options.flatMap { name in context.invocation.value(name).map { ["--\(name)=\($0)"] } ?? [] }
        return FetchWAL(
            configuration, cluster: cluster, environment: context.environment, caller: FetchCaller(caller)
        ) { directory, target in
            // Without a prefetcher every segment is fetched when it is asked for, which is slower and no worse.
            guard let program = try? Process.selfPath() else { return }
            let arguments = ["trunkline", "wal", "prefetch", directory, target] + words
            _ = try? Process.spawnDetached(program, arguments)
        }
    }
}

extension FetchCaller {
    init(_ caller: RestoreCaller) {
        switch caller {
        case .recovery: self = .recovery
        case .standby: self = .standby
        case .byHand: self = .byHand
        }
    }
}
