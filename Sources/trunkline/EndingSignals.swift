internal import Platform

/// Ends a long operation that somebody wants ended, with a line that says so and a status that is no signal's.
final class EndingSignals {
    private var watch: SignalWatch?

    private static let signals: [Signal] = [.interrupt, .terminate, .hangUp, .quit]

    /// Blocks signals in this thread and those it starts from now on.
    init(_ what: String, console: Console) throws(PlatformError) {
        Signals.blockAll()
        watch = try SignalWatch(Self.signals) { signal in
            console.error("\(what) was stopped by a signal (\(signal))")
            Process.exit(ExitCode.temporary.rawValue)
        }
    }

    /// Lets go of the thread.
    func stop() {
        let watch = self.watch.take()
        watch?.stop()
    }
}
