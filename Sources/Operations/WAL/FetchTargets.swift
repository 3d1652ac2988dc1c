import Platform

/// Who may put a file where PostgreSQL wants it.
///
/// The server asks for one file at a time, but one that is killed leaves its question behind, and asks for another file
/// at the same path when it is back: an answer to the first question must not arrive then.
final class FetchTargets: Sendable {
    private let entries = Gate<[String: Entry]>([:])

    private struct Entry {
        /// Of the last call.
        var number = 0
        var isMoving = false
        var calls = 0
    }

    /// Makes every earlier claim to the path void, once it moves nothing.
    func claim(_ path: String, isAbandoned: @escaping @Sendable () -> Bool) -> TargetClaim {
        let number = entries.withLock { entries in
            entries[path, default: Entry()].number += 1
            entries[path]?.calls += 1
            return entries[path]?.number ?? 0
        }
        let claim = TargetClaim(self, path, number: number, isAbandoned: isAbandoned)
        entries.wait(until: .never) { $0[path]?.isMoving == true ? nil : () }
        return claim
    }

    /// False when a later call has claimed the path.
    fileprivate func begin(_ path: String, _ number: Int) -> Bool {
        entries.withLock { entries in
            guard entries[path]?.number == number else { return false }
            entries[path]?.isMoving = true
            return true
        }
    }

    fileprivate func isLast(_ path: String, _ number: Int) -> Bool {
        entries.withLock { $0[path]?.number == number }
    }

    fileprivate func end(_ path: String) {
        entries.withLock { $0[path]?.isMoving = false }
        entries.signalAll()
    }

    fileprivate func leave(_ path: String) {
        entries.withLock { entries in
            entries[path]?.calls -= 1
            if entries[path]?.calls == 0 { entries[path] = nil }
        }
    }
}

/// The right of one call to put its file at its target, as long as no later call has claimed it and somebody waits.
final class TargetClaim: Sendable {
    private let targets: FetchTargets
    private let path: String
    private let number: Int
    private let isAbandoned: @Sendable () -> Bool

    fileprivate init(
        _ targets: FetchTargets, _ path: String, number: Int, isAbandoned: @escaping @Sendable () -> Bool
    ) {
        self.targets = targets
        self.path = path
        self.number = number
        self.isAbandoned = isAbandoned
    }

    deinit { targets.leave(path) }

    /// Whoever asked has gone, or asked for something else.
    var isVoid: Bool { isAbandoned() || !targets.isLast(path, number) }

    /// Throws ECANCELED's nearest kin when the right is gone; otherwise `end` must follow.
    func begin() throws(PlatformError) {
        guard !isAbandoned(), targets.begin(path, number) else {
            throw PlatformError(operation: "rename", object: path, errno: .interrupted)
        }
    }

    func end() { targets.end(path) }
}

extension TargetClaim? {
    /// Renames `source` to `target`, if that is still wanted.
    func rename(from source: String, to target: String) throws(PlatformError) {
        try self?.begin()
        defer { self?.end() }
        try FileSystem.rename(from: source, to: target)
    }
}
