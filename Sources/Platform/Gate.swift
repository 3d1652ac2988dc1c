internal import Glibc

/// State that one thread at a time may touch, and that threads may wait for.
///
/// `@unchecked Sendable`: the state is reached only in the bodies below, which run while the mutex is held. `sending`
/// keeps whatever goes in or comes out from being shared with the outside.
package final class Gate<State: ~Copyable>: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var state: State

    /// Takes the state over.
    package init(_ state: consuming sending State) {
        self.state = state
        // On the heap: pthread objects must not move.
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        threadCall("pthread_mutex_init") { [mutex] in pthread_mutex_init(mutex, nil) }
        condition = .allocate(capacity: 1)
        condition.initialize(to: pthread_cond_t())
        var attributes = pthread_condattr_t()
        threadCall("pthread_condattr_init") { pthread_condattr_init(&attributes) }
        threadCall("pthread_condattr_setclock") { pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) }
        threadCall("pthread_cond_init") { [condition] in pthread_cond_init(condition, &attributes) }
        threadCall("pthread_condattr_destroy") { pthread_condattr_destroy(&attributes) }
    }

    deinit {
        threadCall("pthread_cond_destroy") { pthread_cond_destroy(condition) }
        threadCall("pthread_mutex_destroy") { pthread_mutex_destroy(mutex) }
        condition.deallocate()
        mutex.deallocate()
    }

    /// Runs `body` while no other body of this gate runs. It must not use the gate again.
    package func withLock<R: ~Copyable, E: Error>(
        _ body: (inout sending State) throws(E) -> sending R
    ) throws(E) -> sending R {
        lock()
        defer { unlock() }
        return try body(&state)
    }

    /// Runs `body` now and after every `signalAll` until it returns something, at most until `deadline`.
    ///
    /// Returns nil when the deadline came first; the body has then been run once more after it. What the body changes
    /// in a run that returns nil stays changed, and wakes nobody.
    package func wait<R: ~Copyable>(
        until deadline: Deadline, _ body: (inout sending State) -> sending R?
    ) -> sending R? {
        lock()
        defer { unlock() }
        while true {
            if let result = body(&state) { return result }
            guard block(until: deadline) else { return body(&state) }
        }
    }

    /// Makes every waiting thread look again. Call it after the change, inside or outside of `withLock`.
    package func signalAll() {
        threadCall("pthread_cond_broadcast") { pthread_cond_broadcast(condition) }
    }

    private func lock() {
        threadCall("pthread_mutex_lock") { pthread_mutex_lock(mutex) }
    }

    private func unlock() {
        threadCall("pthread_mutex_unlock") { pthread_mutex_unlock(mutex) }
    }

    /// Waits for a signal; false when the deadline has passed.
    private func block(until deadline: Deadline) -> Bool {
        guard deadline != .never else {
            threadCall("pthread_cond_wait") { pthread_cond_wait(condition, mutex) }
            return true
        }
        var time = timespec(nanoseconds: deadline.nanoseconds)
        return pthread_cond_timedwait(condition, mutex, &time) != ETIMEDOUT
    }
}
