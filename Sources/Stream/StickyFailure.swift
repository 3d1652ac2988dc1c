import Platform

/// The first error of several threads that work on one thing; it stays.
package final class StickyFailure<Failure: Error>: Sendable {
    private let first = Gate<Failure?>(nil)

    /// No error so far.
    package init() {}

    /// Keeps `error` if it is the first; true when it was.
    @discardableResult
    package func record(_ error: Failure) -> Bool {
        first.withLock { first in
            guard first == nil else { return false }
            first = error
            return true
        }
    }

    /// The first error, if there was one.
    package var error: Failure? {
        first.withLock { $0 }
    }

    /// Throws the first error, if there was one.
    package func check() throws(Failure) {
        if let error { throw error }
    }
}
