internal import Operations

/// `trunkline show BACKUP [--files] [--json]`.
enum ShowCommand {
    static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let configuration = try context.configuration(opensContent: false)
        let cluster = try context.cluster(of: configuration).name
        let show = ShowBackup(configuration, cluster: cluster, environment: context.environment)
        let showsFiles = context.invocation.has("files")
        let name = context.invocation.operands[0]
        let result = try context.operation { () throws(OperationError) in
            try show.run(name, needsManifest: showsFiles)
        }
        for absence in result.absences {
            context.console.warning("repository \"\(absence.repository)\" was not asked: \(absence.error)")
        }
        let isJSON = context.invocation.has("json")
        context.console.result(
            isJSON
                ? ShowJSON.text(result, showsFiles: showsFiles).text + "\n"
                : ShowReport(result, showsFiles: showsFiles).text)
        return .success
    }
}
