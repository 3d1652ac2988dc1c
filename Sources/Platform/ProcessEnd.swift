/// How a process ended.
package enum ProcessEnd: Hashable, Sendable, CustomStringConvertible {
    /// By itself, with 0…255.
    case exited(code: Int32)
    /// By a signal of this number.
    case killed(signal: Int32)

    package var isSuccess: Bool { self == .exited(code: 0) }

    /// `exit status 3`, `signal 15`.
    package var description: String {
        switch self {
        case .exited(let code): "exit status \(code)"
        case .killed(let signal): "signal \(signal)"
        }
    }
}
