internal import Operations
internal import Platform

/// Shows a person how far an operation has come: a bar at the foot of a terminal, else a line now and then.
package final class Progress: ProgressObserver {
    private let console: Console
    private let columns: @Sendable () -> Int
    private let clock: @Sendable () -> UInt64
    private let meter: Gate<ProgressMeter>

    /// What a terminal has that does not say.
    private static let columnsDefault = 80

    package convenience init(_ console: Console) {
        self.init(console, columns: { Terminal.width ?? Self.columnsDefault }, clock: Clock.monotonicNanoseconds)
    }

    /// - Parameters:
    ///   - columns: the width of the terminal now.
    ///   - clock: nanoseconds that only grow.
    package init(_ console: Console, columns: @escaping @Sendable () -> Int, clock: @escaping @Sendable () -> UInt64) {
        self.console = console
        self.columns = columns
        self.clock = clock
        meter = Gate(ProgressMeter(console.isTerminal ? .bar : .lines))
    }

    package func begin(_ phase: String, totalBytes: UInt64) {
        meter.withLock { $0.begin(phase, totalBytes: totalBytes, now: clock()) }
        show(advancing: 0)
    }

    package func advance(_ bytes: UInt64) { show(advancing: bytes) }

    package func end() {
        let line = meter.withLock { $0.end(now: clock()) }
        if let line { console.notice(line) }
        console.status(nil)
    }

    private func show(advancing bytes: UInt64) {
        let columns = columns
        let line: String? = meter.withLock { meter in
            meter.advance(bytes)
            // The last column stays free: some terminals go to the next line when it is written to.
            return meter.line(now: clock(), columns: { columns() - 1 })
        }
        guard let line else { return }
        if console.isTerminal { console.status(line) } else { console.notice(line) }
    }
}
