internal import Platform

/// Ends what many threads are waiting for, all at once, when the process is to end: retries are given up, pauses cut
/// short, and whoever asked is told, so that it cancels what it has on its way.
package final class Interruption: Sendable {
    private let state = Gate(State())

    private struct State: Sendable {
        var hasHappened = false
        var listeners: [@Sendable () -> Void] = []
    }

    package init() {}

    package var hasHappened: Bool { state.withLock { $0.hasHappened } }

    /// Calls `body` when it happens, or now if it has.
    package func notify(_ body: @escaping @Sendable () -> Void) {
        let isLate = state.withLock { state in
            if !state.hasHappened { state.listeners.append(body) }
            return state.hasHappened
        }
        if isLate { body() }
    }

    /// From now on nobody waits.
    package func happen() {
        let listeners = state.withLock { state in
            defer { state.listeners = [] }
            state.hasHappened = true
            return state.listeners
        }
        state.signalAll()
        for listener in listeners { listener() }
    }

    /// Waits so long, or until it happens.
    package func sleep(seconds: Double) {
        let _: Void? = state.wait(until: .after(seconds: seconds)) { $0.hasHappened ? () : nil }
    }
}
