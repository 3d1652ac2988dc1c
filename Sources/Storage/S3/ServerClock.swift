package import Platform

/// The time as one server sees it: this machine's clock, corrected by what the server's answers say.
///
/// AWS refuses signatures whose time is off by more than 15 minutes
/// (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html, RequestTimeTooSkewed).
package final class ServerClock: Sendable {
    /// A first answer corrects what is off by more than this; smaller differences may come from the way there.
    private static let toleranceSeconds = 60.0

    private let local: @Sendable () -> UnixTime
    private let state = Gate(State())

    private struct State {
        var offsetSeconds = 0.0
        var isObserved = false
    }

    /// `local` is this machine's clock.
    package init(local: @escaping @Sendable () -> UnixTime = { Clock.now() }) {
        self.local = local
    }

    /// What to sign with.
    package var now: UnixTime {
        let time = local()
        let offset = Int64(state.withLock { $0.offsetSeconds }.rounded())
        return UnixTime(seconds: time.seconds + offset, nanoseconds: time.nanoseconds)
    }

    /// Looks at the date of an answer; only the first one counts.
    package func observe(date: String?) {
        guard let offset = offset(of: date) else { return }
        state.withLock { state in
            guard !state.isObserved else { return }
            state.isObserved = true
            if abs(offset) > Self.toleranceSeconds { state.offsetSeconds = offset }
        }
    }

    /// Takes over the date of an answer that refused a signature made at `signed`. False where that is the same time,
    /// so that another try would fare the same.
    package func adopt(date: String?, signed: UnixTime) -> Bool {
        guard let offset = offset(of: date) else { return false }
        state.withLock { $0 = State(offsetSeconds: offset, isObserved: true) }
        // The header counts whole seconds.
        return abs(now.seconds(since: signed)) >= 2
    }

    private func offset(of date: String?) -> Double? {
        date.flatMap { UnixTime(httpDate: $0) }?.seconds(since: local())
    }
}
