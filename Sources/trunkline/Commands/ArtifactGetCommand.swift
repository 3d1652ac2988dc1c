internal import Format
internal import Operations

/// `trunkline artifact get NAME [--version ID]`.
enum ArtifactGetCommand {
    static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let invocation = context.invocation
        let name = try ArtifactWords.name(invocation.operands[0], invocation)
        let version = try version(invocation)
        let configuration = try context.configuration()
        let cluster = try context.cluster(of: configuration)
        let get = GetArtifact(configuration, cluster: cluster, environment: context.environment)
        let restored = try context.operation { () throws(OperationError) in
            try get.run(name, version: version, into: StandardOutputSink())
        }
        guard let restored else {
            let what = version.map { "no version \($0) of an artifact" } ?? "no artifact"
            context.console.error(
                "there is \(what) \"\(name)\" in cluster \"\(cluster.name)\"",
                hint: "\"trunkline artifact list\" shows what there is.")
            return .missing
        }
        for warning in restored.warnings { context.console.warning(warning) }
        return .success
    }

    private static func version(_ invocation: Invocation) throws(CommandFailure) -> BackupID? {
        guard let text = invocation.value("version") else { return nil }
        guard let version = BackupID(text) else {
            throw ArtifactWords.usage(
                invocation, "\"\(text)\" is not the id of a version",
                hint: "Ids are as \"trunkline artifact list\" shows them: 20261125T143000Z-3f9a2c1d.")
        }
        return version
    }
}
