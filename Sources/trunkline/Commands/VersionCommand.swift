internal import Format

/// `trunkline version`: the number, and nothing that needs a configuration.
enum VersionCommand {
    static let line = "trunkline \(Version.number)\n"

    static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let json = JSONText.object([("name", .string("trunkline")), ("version", .string(Version.number))])
        context.console.result(context.invocation.has("json") ? json.text + "\n" : line)
        return .success
    }
}
