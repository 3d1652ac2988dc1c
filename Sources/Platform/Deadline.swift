/// A moment on the monotonic clock by which something must be over; setting the wall clock does not move it.
package struct Deadline: Sendable, Equatable {
    /// Nanoseconds of CLOCK_MONOTONIC; `UInt64.max` stands for never.
    let nanoseconds: UInt64

    init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    /// The moment at which `Clock.monotonicNanoseconds` is `instant`.
    package init(at instant: UInt64) {
        self.init(nanoseconds: instant)
    }

    /// The moment that does not come.
    package static let never = Deadline(nanoseconds: .max)

    /// `seconds` from now. Zero, negative numbers and not-a-number mean now; beyond `secondsMax` means never.
    package static func after(seconds: Double) -> Deadline {
        guard seconds > 0 else { return Deadline(nanoseconds: Clock.monotonicNanoseconds()) }
        guard seconds < secondsMax else { return .never }
        return Deadline(nanoseconds: Clock.monotonicNanoseconds() + UInt64(seconds * 1e9))
    }

    /// A hundred years in seconds: longer than any process, and far from the end of the 64-bit nanoseconds.
    private static let secondsMax = 100.0 * 365 * 86_400

    /// Whether the moment is now or before.
    package var hasPassed: Bool {
        self != .never && Clock.monotonicNanoseconds() >= nanoseconds
    }

    /// Seconds left: zero once passed, infinity for `never`.
    package var remainingSeconds: Double {
        guard self != .never else { return .infinity }
        let now = Clock.monotonicNanoseconds()
        return now >= nanoseconds ? 0 : Double(nanoseconds - now) / 1e9
    }

    /// Whichever of the two comes first.
    package func sooner(of other: Deadline) -> Deadline {
        Deadline(nanoseconds: min(nanoseconds, other.nanoseconds))
    }
}
