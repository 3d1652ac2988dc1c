internal import Platform

/// Interrupts a connection from another thread; stays valid, without effect, when the connection is closed.
package final class Canceller: Sendable {
    private struct State: ~Copyable {
        let cancel: LibpqCancel?
        var isRequested = false
    }

    private let state: Gate<State>

    init(_ cancel: consuming sending LibpqCancel?) {
        state = Gate(State(cancel: cancel))
    }

    /// Asks the server to stop what the connection runs. That, and everything asked of it later, throws `cancelled`.
    package func requestCancel() {
        state.withLock { $0.isRequested = true }
        interrupt()
    }

    var isRequested: Bool { state.withLock { $0.isRequested } }

    /// Asks the server to stop the running statement, for reasons of the connection's own.
    func interrupt() {
        state.withLock { state in
            if state.cancel != nil { state.cancel?.request() }
        }
    }
}
