package import Format

/// The exit status, decided in one place from what happened and who asked.
///
/// PostgreSQL takes every status of restore_command from 1 to 125 as "there is no such file" and then ends recovery:
/// the server opens, however much WAL was still to come (RestoreArchivedFile in
/// src/backend/access/transam/xlogarchive.c). Above 125 it stops, and nothing is lost. A standby asks again by itself,
/// and would die of such a status. The archiver takes a status above 125 as a reason to restart itself and does not
/// count the failure (shell_archive_file in src/backend/archive/shell_archive.c).
package enum FinalStatus {
    /// - Parameters:
    ///   - outcome: what the command came to, by itself.
    ///   - verb: the verb of the command line; nil when it was not understood.
    package static func status(_ outcome: ExitCode, verb: Verb?, caller: RestoreCaller) -> ExitCode {
        let isAnswer = verb == .walFetch && (outcome == .success || outcome == .missing)
        if isAnswer { return outcome }
        // A postmaster that is process 1, as in a container, adopts the prefetcher, and would take any status but these
        // two for the crash of a server process (process_pm_child_exit in src/backend/postmaster/postmaster.c).
        if verb == .walPrefetch { return outcome == .success ? .success : .missing }
        switch caller {
        case .recovery: return .abortRecovery
        case .standby: return .temporary
        case .byHand: break
        }
        if verb == .walFetch { return outcome == .usage ? .usage : .temporary }
        return outcome == .abortRecovery ? .internalFault : outcome
    }
}
