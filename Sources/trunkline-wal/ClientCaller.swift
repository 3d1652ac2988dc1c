internal import Format

/// Who waits for the exit status, and what it may be: the rules of `FinalStatus`, for the little that this program has
/// to say by itself.
package struct ClientCaller: Equatable, Sendable {
    /// What this program comes to without the agent and without `trunkline`.
    package enum Trouble: Sendable, CaseIterable {
        case usage
        /// A fault in this program.
        case fault
        /// Nobody is there to do it.
        case nobody
    }

    private let isFetch: Bool
    private let caller: RestoreCaller

    /// Standard output takes no more.
    package static let outputFailure: Int32 = 74
    private static let usage: Int32 = 64
    private static let unavailable: Int32 = 69
    private static let fault: Int32 = 70
    private static let temporary: Int32 = 75
    private static let abortRecovery: Int32 = 255
    /// Above this the archiver restarts instead of counting a failure.
    private static let ordinaryMax: UInt8 = 125
    /// "There is no such file": with 0 the only answers that recovery may be given.
    private static let missing: UInt8 = 1

    /// - Parameter exists: whether the working directory has a file.
    package init(arguments: [String], exists: (String) -> Bool) {
        isFetch = arguments.first { !$0.hasPrefix("-") } == "fetch"
        caller = RestoreCaller(arguments: arguments, exists: exists)
    }

    /// The exit status for trouble.
    package func status(_ trouble: Trouble) -> Int32 {
        switch caller {
        case .recovery: return Self.abortRecovery
        case .standby: return Self.temporary
        case .byHand: break
        }
        switch trouble {
        case .usage: return Self.usage
        case .fault: return isFetch ? Self.temporary : Self.fault
        case .nobody: return isFetch ? Self.temporary : Self.unavailable
        }
    }

    /// Whether an exit code is one that the caller understands as it is meant. Another one is a fault of the agent, and
    /// no answer.
    package func mayHear(_ exitCode: UInt8) -> Bool {
        switch caller {
        case .recovery: exitCode <= Self.missing || Int32(exitCode) == Self.abortRecovery
        case .standby, .byHand: exitCode <= Self.ordinaryMax
        }
    }
}
