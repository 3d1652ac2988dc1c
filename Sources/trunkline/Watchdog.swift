internal import Platform

/// Ends the process with an ordinary status when it hangs: PostgreSQL itself waits for a command for ever.
///
/// Every wait in the program has a deadline, but a system call on a dead network file system has none.
final class Watchdog: Sendable {
    private let isStopped: Gate<Bool>
    private let thread: Gate<Thread?>

    /// Beyond the deadline of the operation itself, which is to speak first.
    private static let graceSeconds = 15.0

    /// Barks `seconds` and some grace from now; without a thread to be had there is no watchdog.
    init(seconds: Double, status: ExitCode, console: Console) {
        let deadline = Deadline.after(seconds: seconds + Self.graceSeconds)
        let isStopped = Gate(false)
        self.isStopped = isStopped
        let body: @Sendable () -> Void = {
            let stopped: Bool? = isStopped.wait(until: deadline) { $0 ? true : nil }
            guard stopped == nil else { return }
            console.error("the command hangs beyond its deadline, and is ended")
            Process.exit(status.rawValue)
        }
        thread = Gate(try? Thread.spawn(name: "watchdog", body))
    }

    deinit { stop() }

    /// The operation has ended in time.
    func stop() {
        isStopped.withLock { $0 = true }
        isStopped.signalAll()
        let thread = thread.withLock { $0.take() }
        thread?.join()
    }
}
