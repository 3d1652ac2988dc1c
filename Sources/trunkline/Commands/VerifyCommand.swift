internal import Operations
internal import Platform

/// `trunkline verify [BACKUP] [OPTION]...`.
enum VerifyCommand {
    static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let options = try options(context.invocation, context.environment)
        let configuration = try context.configuration(opensContent: false)
        let cluster = try context.cluster(of: configuration)
        // What stands on the command line alone is not remembered: there is no place for it.
        let state = context.invocation.has("repository") ? nil : cluster.stateDirectory
        let verify = Verify(
            configuration, cluster: cluster.name, stateDirectory: state,
            environment: context.environment, options: options, progress: Progress(context.console))
        let answers = try context.operation { () throws(OperationError) in try verify.run() }
        let reports = answers.compactMap { try? $0.result.get() }
        if context.invocation.has("json") {
            context.console.result(VerifyJSON.text(answers).text + "\n")
        } else {
            context.console.result(reports.map { VerifyText($0).text }.joined(separator: "\n"))
        }
        let wantsContent = !options.structureOnly && reports.contains { $0.level == .structure }
        if wantsContent {
            context.console.warning("no identity is at hand, so no content was opened: only the structure was verified")
        }
        return try status(answers.map(\.result), context.console)
    }

    /// A repository that could not be looked at is said, and decides the status unless something was found.
    private static func status(
        _ answers: [Result<VerifyReport, OperationError>], _ console: Console
    ) throws(CommandFailure) -> ExitCode {
        let isFound = answers.contains { answer in
            if case .success(let report) = answer { !report.isFine } else { false }
        }
        for case .failure(let error) in answers {
            guard isFound else { throw .operation(error) }
            console.error("\(error)", hint: error.hint)
        }
        return isFound ? .missing : .success
    }

    static func options(
        _ invocation: Invocation, _ environment: [String: String]
    ) throws(CommandFailure) -> VerifyOptions {
        var problems: [UsageError.Problem] = []
        let backup = invocation.operands.first
        if invocation.has("all"), backup != nil {
            problems.append(UsageError.Problem(message: "--all and a backup exclude each other"))
        }
        let ageMax = age(invocation.value("max-age"), &problems)
        let percent = percent(invocation.value("sample"), &problems)
        guard problems.isEmpty else { throw .usage(UsageError(problems: problems, verb: .verify)) }
        let scope: VerifyOptions.Scope =
            if let backup {
                .backup(backup, withWAL: invocation.has("wal"))
            } else if invocation.has("wal") && !invocation.has("all") {
                .wal
            } else {
                .everything
            }
        return VerifyOptions(
            scope: scope, structureOnly: invocation.has("structure"), ageMax: ageMax, percent: percent,
            seed: seed(environment))
    }

    private static func age(_ text: String?, _ problems: inout [UsageError.Problem]) -> Double? {
        guard let text else { return nil }
        if let seconds = Quantity.seconds(text) { return seconds }
        problems.append(
            UsageError.Problem(
                message: "--max-age \"\(text)\" is not a duration", hint: "Write it like 7d or 12h."))
        return nil
    }

    /// "5%" or "5".
    private static func percent(_ text: String?, _ problems: inout [UsageError.Problem]) -> Double? {
        guard let text else { return nil }
        let digits = text.hasSuffix("%") ? text.dropLast() : text[...]
        let isNumber = digits.utf8.allSatisfy { $0 == UInt8(ascii: ".") || (0x30...0x39).contains($0) }
        if isNumber, let percent = Double(digits), percent > 0, percent <= 100 { return percent }
        problems.append(
            UsageError.Problem(
                message: "--sample \"\(text)\" is not a share", hint: "Write a percentage above 0, up to 100: 5%."))
        return nil
    }

    /// Sets the seed of a sample, to repeat one.
    private static let seedVariable = "TRUNKLINE_SEED"

    private static func seed(_ environment: [String: String]) -> UInt64 {
        environment[seedVariable].flatMap { UInt64($0) } ?? Entropy.uniform(below: .max)
    }
}
