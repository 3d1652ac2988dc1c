/// When to try again, how long to wait before, and when to stop: a pure function of what has happened.
///
/// Waiting is exponential back-off with full jitter: a random time between nothing and a ceiling that doubles, which
/// spreads the tries of many clients best
/// (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
package struct RetryPolicy: Sendable, Equatable {
    /// Ceiling of the first wait: about one slow round trip.
    package var firstCeilingSeconds = 0.2
    /// No ceiling is higher: a store that comes back is noticed within half a minute.
    package var ceilingSecondsMax = 30.0
    /// A store that asks for a longer pause than this is asked again after this long all the same.
    package var retryAfterSecondsMax = 60.0
    /// What one try may take: a part of 64 MiB at 1 MiB/s four times over. A connection on which nothing moves is cut
    /// off much sooner by the transport itself.
    package var trySecondsMax = 300.0
    /// What one call with all its tries and waits may take, where the caller's deadline is not sooner.
    package var totalSecondsMax = 900.0
    /// Damage in transit does not strike three times in a row; damage at rest does, and no waiting mends it.
    package var damagedTriesMax = 3

    package init() {}

    /// What is known when a try has failed.
    package struct Situation: Sendable {
        package let error: StoreError
        /// Tries made so far, the failed one included.
        package let triesMade: Int
        /// Of these, how many failed with `damaged`.
        package let damagedTries: Int
        /// Until this call must have ended; infinite for none.
        package let remainingSeconds: Double
        /// At least 0 and less than 1.
        package let random: Double

        package init(
            error: StoreError, triesMade: Int, damagedTries: Int = 0, remainingSeconds: Double, random: Double
        ) {
            self.error = error
            self.triesMade = triesMade
            self.damagedTries = damagedTries
            self.remainingSeconds = remainingSeconds
            self.random = random
        }
    }

    package enum Verdict: Sendable, Equatable {
        case retry(afterSeconds: Double)
        case giveUp
    }

    package func verdict(_ situation: Situation) -> Verdict {
        let remaining = situation.remainingSeconds
        guard situation.error.isRetryable, remaining > 0, situation.damagedTries < damagedTriesMax else {
            return .giveUp
        }
        let asked = min(max(situation.error.retryAfterSeconds ?? 0, 0), retryAfterSecondsMax)
        // Asked for a pause beyond the end, another try is what the store told us not to do.
        guard asked < remaining else { return .giveUp }
        // Without such a wish the last wait is cut short, so that the time left is used for one more try.
        let ceiling = min(ceilingSeconds(afterTries: situation.triesMade), remaining - asked)
        return .retry(afterSeconds: asked + ceiling * situation.random)
    }

    /// Doubles from try to try up to its maximum.
    package func ceilingSeconds(afterTries tries: Int) -> Double {
        var ceiling = firstCeilingSeconds
        var doublings = max(tries - 1, 0)
        while doublings > 0, ceiling < ceilingSecondsMax {
            ceiling *= 2
            doublings -= 1
        }
        return min(ceiling, ceilingSecondsMax)
    }
}
