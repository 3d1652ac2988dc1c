internal import Glibc
internal import Synchronization

/// A fault of the program itself (a trap, a bad access, an abort) ends it with a chosen exit status instead of a
/// signal.
///
/// PostgreSQL's archiver takes death by a signal for a reason to restart itself and does not count the failure
/// (shell_archive_file in src/backend/archive/shell_archive.c); a chosen status is an ordinary failure to it.
package enum FaultExit {
    private static let status = Atomic<Int32>(0)

    private static let faults = [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGSYS]

    private static let message: StaticString = "trunkline: error: internal fault (signal caught), please report it\n"

    /// From now on faults end the process with `exitStatus`, 1 to 255, after one line on standard error. A stack that
    /// overflows has no room for the handler, and still ends it by a signal.
    package static func install(status exitStatus: Int32) {
        status.store(exitStatus, ordering: .relaxed)
        var action = sigaction()
        // The handler may run on a damaged heap: it touches an atomic and a literal, and makes two system calls.
        action.__sigaction_handler.sa_handler = { _ in
            _ = write(2, FaultExit.message.utf8Start, FaultExit.message.utf8CodeUnitCount)
            _exit(FaultExit.status.load(ordering: .relaxed))
        }
        action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND)) | SA_NODEFER
        for fault in faults { sigaction(fault, &action, nil) }
    }
}
