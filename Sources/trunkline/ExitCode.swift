/// What the process says to whoever started it. Stable; the table of docs/OPERATING.md, "Exit codes", is checked
/// against this one by a test. The numbers above 1 are those of BSD's sysexits.h where it has one.
package enum ExitCode: Int32, CaseIterable, Sendable {
    case success = 0
    case missing = 1
    case usage = 64
    case badData = 65
    case noInput = 66
    case unavailable = 69
    case internalFault = 70
    case wouldOverwrite = 73
    case inputOutput = 74
    case temporary = 75
    case permission = 77
    case configuration = 78
    case abortRecovery = 255

    /// The row of the table.
    package var meaning: String {
        switch self {
        case .success: "done; for \"wal push\": durable in every required repository"
        case .missing: "every repository says there is no such object; or a check found something"
        case .usage: "the command line is wrong"
        case .badData: "data is damaged, belongs to another cluster, or differs from what is stored under its name"
        case .noInput: "a file named on the command line does not exist or cannot be read as what it should be"
        case .unavailable: "a repository cannot be reached or refuses its service"
        case .internalFault: "a fault in Trunkline itself"
        case .wouldOverwrite: "a file to be made exists already"
        case .inputOutput: "reading or writing on this machine failed"
        case .temporary: "trouble that may pass: a deadline, or \"wal fetch\" outside of recovery"
        case .permission: "a file, a key or a repository may not be used by this user"
        case .configuration: "the configuration is wrong"
        case .abortRecovery: "\"wal fetch\" in recovery met trouble: PostgreSQL must stop instead of ending recovery"
        }
    }
}
