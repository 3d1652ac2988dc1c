internal import Operations

/// `trunkline key new [--output FILE] [--passphrase | --passphrase-file FILE]`.
enum KeyNewCommand {
    static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let operation = KeyNew(passphrase: try passphrase(context.invocation))
        guard let output = context.invocation.value("output") else {
            let result = try context.operation { () throws(OperationError) in try operation.make() }
            context.console.result(String(decoding: result.file, as: UTF8.self))
            return .success
        }
        let recipient = try context.operation { () throws(OperationError) in try operation.write(to: output) }
        context.console.result(recipient + "\n")
        return .success
    }

    private static func passphrase(_ invocation: Invocation) throws(CommandFailure) -> Passphrase? {
        let file = invocation.value("passphrase-file")
        guard invocation.has("passphrase") else { return file.map(Passphrase.file) }
        guard file == nil else {
            let problem = UsageError.Problem(message: "--passphrase and --passphrase-file exclude each other")
            throw .usage(UsageError(problems: [problem], verb: .keyNew))
        }
        return .terminal
    }
}
