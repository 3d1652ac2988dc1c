internal import CLinux
internal import Glibc
internal import Synchronization

/// The signals the program has an answer to.
package enum Signal: Int32, Sendable, CaseIterable {
    /// SIGHUP.
    case hangUp = 1
    /// SIGINT, the interrupt key.
    case interrupt = 2
    /// SIGQUIT. PostgreSQL sends it to its children for an immediate shutdown.
    case quit = 3
    /// SIGTERM.
    case terminate = 15
}

/// What becomes of signals. Call `blockAll` first thing in `main`, before any thread is there.
package enum Signals {
    /// Keeps signals from this thread and from those it starts: they stay pending until a `SignalWatch` takes them.
    ///
    /// Left alone are the ones a fault of the program itself raises (SIGSEGV and its like).
    package static func blockAll() {
        var set = blockable()
        threadCall("pthread_sigmask") { pthread_sigmask(SIG_BLOCK, &set, nil) }
    }

    /// Makes writing to a closed pipe or socket an error (EPIPE) instead of death.
    package static func ignoreBrokenPipe() {
        _ = signal(SIGPIPE, SIG_IGN)
    }

    /// Makes a file that grows beyond the user's limit an error (EFBIG) instead of death.
    package static func ignoreFileSizeLimit() {
        _ = signal(SIGXFSZ, SIG_IGN)
    }

    /// Waits for one of `signals`, which must be blocked; nil when none came until `deadline`.
    package static func wait(for signals: [Signal], until deadline: Deadline = .never) -> Signal? {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal.rawValue) }
        while true {
            let seconds = deadline.remainingSeconds
            let number: Int32
            if seconds == .infinity {
                number = sigwaitinfo(&set, nil)
            } else {
                var time = timespec(nanoseconds: UInt64(seconds * 1e9))
                number = sigtimedwait(&set, nil, &time)
            }
            if let signal = Signal(rawValue: number) { return signal }
            if number == -1, errno == EAGAIN { return nil }
        }
    }

    /// Runs `body` with everything blocked that can be, so that what it starts inherits that.
    static func withAllBlocked<R: ~Copyable, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
        var all = blockable()
        var before = sigset_t()
        threadCall("pthread_sigmask") { pthread_sigmask(SIG_SETMASK, &all, &before) }
        defer { threadCall("pthread_sigmask") { pthread_sigmask(SIG_SETMASK, &before, nil) } }
        return try body()
    }

    private static func blockable() -> sigset_t {
        var set = sigset_t()
        sigfillset(&set)
        for fault in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS] { sigdelset(&set, fault) }
        return set
    }
}

/// A thread that answers signals, from `init` to `stop`.
package struct SignalWatch: ~Copyable {
    private let thread: Thread
    private let isStopping = Flag()

    /// Shared with the thread.
    private final class Flag: Sendable {
        let value = Atomic<Bool>(false)
    }

    /// Wakes the thread out of its waiting. The program has no other use for it, and ignores it from elsewhere.
    private static let wakeNumber = SIGURG

    /// Calls `body`, on the new thread, for each of `signals` that arrives. They must be blocked (`blockAll`).
    package init(_ signals: [Signal], _ body: @escaping @Sendable (Signal) -> Void) throws(PlatformError) {
        let flag = isStopping
        thread = try .spawn(name: "signals") {
            var set = sigset_t()
            sigemptyset(&set)
            for signal in signals { sigaddset(&set, signal.rawValue) }
            sigaddset(&set, Self.wakeNumber)
            while !flag.value.load(ordering: .acquiring) {
                if let signal = Signal(rawValue: sigwaitinfo(&set, nil)) { body(signal) }
            }
        }
    }

    /// Delivers a signal to the watch itself, as if it had come from outside.
    package borrowing func send(_ signal: Signal) {
        thread.send(signal)
    }

    /// Ends the thread; a `body` that is running is waited for.
    package consuming func stop() {
        isStopping.value.store(true, ordering: .releasing)
        thread.send(number: Self.wakeNumber)
        thread.join()
    }
}
