internal import Glibc

/// The two clocks of the kernel.
package enum Clock {
    /// The wall clock (CLOCK_REALTIME): for people and for signatures, never for measuring.
    package static func now() -> UnixTime {
        let time = read(CLOCK_REALTIME)
        return UnixTime(seconds: Int64(time.tv_sec), nanoseconds: Int32(time.tv_nsec))
    }

    /// Nanoseconds of CLOCK_MONOTONIC: only differences mean something.
    package static func monotonicNanoseconds() -> UInt64 {
        let time = read(CLOCK_MONOTONIC)
        return UInt64(time.tv_sec) * nanosecondsPerSecond + UInt64(time.tv_nsec)
    }

    /// Suspends the calling thread for `seconds`; zero, negative numbers and not-a-number return at once.
    package static func sleep(seconds: Double) {
        sleep(until: .after(seconds: seconds))
    }

    /// Suspends the calling thread until `deadline`, through any number of signals.
    package static func sleep(until deadline: Deadline) {
        var time = timespec(nanoseconds: deadline.nanoseconds)
        // Returns the error instead of setting errno; EINTR is the only one possible here.
        while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil) == EINTR {}
    }

    static let nanosecondsPerSecond: UInt64 = 1_000_000_000

    private static func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        threadCall("clock_gettime") { clock_gettime(clock, &time) }
        return time
    }
}

extension timespec {
    /// Any 64-bit count fits: 2^64 ns are 585 years.
    init(nanoseconds: UInt64) {
        let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: Clock.nanosecondsPerSecond)
        self.init(tv_sec: Int(seconds), tv_nsec: Int(rest))
    }
}
