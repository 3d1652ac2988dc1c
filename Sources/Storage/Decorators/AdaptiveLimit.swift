/// How many calls a store gets at once: grows while the store keeps up, and shrinks when it asks for less.
///
/// As TCP finds its rate (RFC 5681): from few calls on, one more for every success until the store throttles for the
/// first time, half of them then, and from there one more for every round of successes. A value, so that it is tested
/// without a store or a clock.
package struct AdaptiveLimit: Equatable, Sendable {
    /// Never more calls than this.
    package let most: Int
    /// Calls that may run at once, with the fraction that has been earned.
    private var window: Double
    /// Below it each success adds a call; above it a round of them does.
    private var threshold: Double
    /// Counts the reductions: what calls begun before the last one report is no news.
    private var epoch = 0

    /// When a call began, as far as it matters.
    package struct Start: Equatable, Sendable {
        fileprivate let epoch: Int
    }

    /// - Parameter first: calls at once in the beginning; `most` for a limit that is only ever reduced.
    package init(first: Int, most: Int) {
        self.most = max(most, 1)
        window = Double(min(max(first, 1), self.most))
        threshold = Double(self.most)
    }

    /// Calls that may run at once now; at least one.
    package var current: Int { Int(window) }

    package var start: Start { Start(epoch: epoch) }

    /// A call has ended well. With fewer under way than allowed, that says nothing about what the store can take.
    package mutating func succeeded(callsUnderWay: Int) {
        guard callsUnderWay >= current else { return }
        window = min(window + (window < threshold ? 1 : 1 / window), Double(most))
    }

    /// The store has asked for less, to a call begun at `start`. All calls under way hear it, and it counts once.
    package mutating func throttled(begunAt start: Start) {
        guard start.epoch == epoch else { return }
        epoch += 1
        window = max(window / 2, 1)
        threshold = window
    }
}
