internal import Platform

/// Which recovery a server of a data directory is in, or will be when it starts, by its signal files.
package enum RecoveryMode: Equatable, Sendable {
    /// No signal file: an ordinary start; or `pg_rewind` or a person at work; or the very end of a recovery, for a
    /// server removes its signal files before it asks once more for the parent timeline's history
    /// (`writeTimeLineHistory`, called by `StartupXLOG`, access/transam/xlog.c).
    case none
    /// `recovery.signal`: what is reported missing ends recovery.
    case recovery
    /// `standby.signal`: the server asks again and again for what is missing.
    case standby

    /// `STANDBY_SIGNAL_FILE` and `RECOVERY_SIGNAL_FILE` (access/xlog.h), relative to the data directory.
    package static let standbySignal = "standby.signal"
    package static let recoverySignal = "recovery.signal"

    /// Looks at the signal files; standby wins (`readRecoverySignalFile`, access/transam/xlogrecovery.c).
    ///
    /// As there, a file of any kind counts. Throws `unreadable`.
    package init(of directory: DataDirectory) throws(PostgresError) {
        if try Self.exists(Self.standbySignal, directory) {
            self = .standby
        } else if try Self.exists(Self.recoverySignal, directory) {
            self = .recovery
        } else {
            self = .none
        }
    }

    private static func exists(_ name: String, _ directory: DataDirectory) throws(PostgresError) -> Bool {
        try PostgresError.reading { () throws(PlatformError) in
            try FileSystem.status(of: "\(directory.path)/\(name)") != nil
        }
    }
}
