internal import Format
internal import Operations

/// `trunkline wal prefetch DIRECTORY TARGET`: started by `wal fetch`, never by a person.
enum WALPrefetchCommand {
    static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let configuration = try context.configuration()
        let cluster = try context.namedCluster(of: configuration)
        let fetch = WALFetchCommand.fetch(context, configuration, cluster, .standby)
        let prefetch = PrefetchWAL(fetch, prefetch: configuration.wal.prefetch)
        let (directory, target) = (context.invocation.operands[0], context.invocation.operands[1])
        try context.operation { () throws(OperationError) in try prefetch.run(directory: directory, target: target) }
        return .success
    }
}
