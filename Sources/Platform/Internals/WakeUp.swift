internal import CLinux
internal import Glibc

/// Ends another thread's waiting, now or the next time that it waits (eventfd(2)).
struct WakeUp: ~Copyable, Sendable {
    private let descriptor: Descriptor

    init() throws(PlatformError) {
        let number = try systemCall("eventfd", on: "wake-up") { eventfd(0, LINUX_EFD_FLAGS) }
        descriptor = Descriptor(number: number, path: "wake-up")
    }

    /// For any thread. Several before anybody waits are as good as one.
    func send() {
        var one: UInt64 = 1
        // The only reason to refuse is a counter near 2^64, which wakes as well.
        descriptor.withNumber { number in _ = write(number, &one, MemoryLayout<UInt64>.size) }
    }

    /// Forgets what was sent so far.
    func take() {
        var count: UInt64 = 0
        descriptor.withNumber { number in _ = read(number, &count, MemoryLayout<UInt64>.size) }
    }

    /// What to wait for.
    var poll: pollfd { descriptor.withNumber { pollfd($0, POLLIN) } }
}
