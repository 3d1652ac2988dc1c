internal import Operations

/// `trunkline key show [FILE]`: one line for each key, of the file or of the configuration's identities.
enum KeyShowCommand {
    static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let invocation = context.invocation
        var passphraseFile = invocation.value("passphrase-file")
        var files = invocation.operands
        if files.isEmpty {
            let configuration = try context.configuration()
            files = configuration.encryption.identityFiles
            passphraseFile = passphraseFile ?? configuration.encryption.passphraseFile
            if files.isEmpty { throw .operation(noIdentity(configuration)) }
        }
        let operation = KeyShow(passphrase: passphraseFile.map(Passphrase.file) ?? .terminal)
        for file in files {
            let keys = try context.operation { () throws(OperationError) in try operation.run(file) }
            context.console.result(keys.map { $0 + "\n" }.joined())
        }
        return .success
    }

    private static func noIdentity(_ configuration: Configuration) -> OperationError {
        OperationError(
            .configuration, operation: "read", object: configuration.file ?? "configuration",
            cause: "[encryption] names no identity", hint: "Say which file: trunkline key show FILE.")
    }
}
