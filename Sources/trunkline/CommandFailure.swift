internal import Operations

/// Why a command ended without a result.
enum CommandFailure: Error {
    case usage(UsageError)
    case configuration(ConfigurationError)
    case operation(OperationError)

    var exitCode: ExitCode {
        switch self {
        case .usage: .usage
        case .configuration: .configuration
        case .operation(let error): ExitCode(error.code.kind)
        }
    }

    /// Says everything there is to say on `console`.
    func report(_ console: Console) {
        switch self {
        case .usage(let error):
            for problem in error.problems { console.error(problem.message, hint: problem.hint) }
            if let verb = error.verb { console.hint("See \"trunkline \(verb.rawValue) --help\".") }
        case .configuration(let error):
            for problem in error.problems { console.error(problem.text(file: error.file), hint: problem.hint) }
        case .operation(let error): console.error("\(error)", hint: error.hint)
        }
    }
}

extension ExitCode {
    init(_ kind: OperationError.Code.Kind) {
        switch kind {
        case .badData: self = .badData
        case .noInput: self = .noInput
        case .unavailable: self = .unavailable
        case .internalFault: self = .internalFault
        case .wouldOverwrite: self = .wouldOverwrite
        case .inputOutput: self = .inputOutput
        case .temporary: self = .temporary
        case .permission: self = .permission
        case .configuration: self = .configuration
        }
    }
}
