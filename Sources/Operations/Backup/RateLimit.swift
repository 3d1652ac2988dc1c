import Platform

/// Holds back what is sent so that on the average no more than so many bytes a second go. Shared by all threads.
final class RateLimit: Sendable {
    private let bytesPerSecond: Double?
    /// When the bytes let through so far are paid for, in seconds of the monotonic clock.
    private let paidUntil = Gate(0.0)
    /// Time that was not used is made up for by at most this much.
    private static let creditSeconds = 1.0

    /// - Parameter bytesPerSecond: nil for no limit.
    init(bytesPerSecond: Int?) {
        self.bytesPerSecond = bytesPerSecond.map { max(Double($0), 1) }
    }

    /// Waits until `byteCount` more bytes may go.
    func wait(byteCount: Int) {
        guard let bytesPerSecond else { return }
        let now = Double(Clock.monotonicNanoseconds()) / 1e9
        let turn = paidUntil.withLock { paidUntil in
            let start = max(paidUntil, now - Self.creditSeconds)
            paidUntil = start + Double(byteCount) / bytesPerSecond
            return start
        }
        if turn > now { Clock.sleep(seconds: turn - now) }
    }
}
