/// On whose behalf a file is fetched, as far as the command line and the data directory tell.
package enum RestoreCaller: Equatable, Sendable {
    /// PostgreSQL in recovery that ends when a file is missing.
    case recovery
    /// PostgreSQL as a standby, which comes back for ever.
    case standby
    /// pg_rewind, a person, or a script.
    case byHand

    /// The names under which PostgreSQL asks for files (src/backend/access/transam/xlog.c and timeline.c).
    private static let segment = "RECOVERYXLOG"
    private static let history = "RECOVERYHISTORY"

    /// The files that tell what a server is doing, relative to the data directory, which is the working directory of
    /// restore_command. A standby's wins (src/backend/access/transam/xlogrecovery.c, readRecoverySignalFile).
    package static let standbySignal = "standby.signal"
    package static let recoverySignal = "recovery.signal"
    package static let controlFile = "global/pg_control"

    /// Judges the bare words of the command line, because also a mistyped restore_command must be recognised.
    ///
    /// A server that has just ended its recovery, and removed its signal files, asks once more for its parent
    /// timeline's history, of which it has a copy (writeTimeLineHistory in src/backend/access/transam/timeline.c). To
    /// stop it there would leave a server that no longer knows that it was recovering: that question counts as asked by
    /// hand.
    ///
    /// - Parameter exists: whether the working directory has a file; false when it cannot be found out. Asked only when
    ///   it matters.
    package init(arguments: [String], exists: (String) -> Bool) {
        let names = Set(arguments.map(Self.lastName))
        guard names.contains(Self.segment) || names.contains(Self.history) else {
            self = .byHand
            return
        }
        if exists(Self.standbySignal) {
            self = .standby
        } else if !names.contains(Self.segment), !exists(Self.recoverySignal), exists(Self.controlFile) {
            self = .byHand
        } else {
            self = .recovery
        }
    }

    /// The last component of a path, be it an operand or the value of an option.
    private static func lastName(_ argument: String) -> String {
        let path = argument.hasPrefix("-") ? argument.drop { $0 != "=" } : argument[...]
        return path.drop { $0 == "=" }.split(separator: "/").last.map(String.init) ?? ""
    }
}
