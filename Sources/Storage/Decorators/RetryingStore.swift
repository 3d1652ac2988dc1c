package import Format
package import Platform
package import Stream

/// Repeats what fails and may succeed on another try, as `RetryPolicy` says.
///
/// What is not retryable is thrown at once, as it is. When the policy gives up, the last error is thrown and says how
/// often and for how long it was tried. Each try gets the caller's deadline or the policy's, whichever comes first; a
/// try cut short by the latter counts as `timedOut`.
///
/// A creating call repeated after a lost reply finds what it made itself and answers `alreadyExists`: see `Store`.
package struct RetryingStore: Store {
    private let inner: any Store
    private let policy: RetryPolicy
    private let observer: (any StoreObserver)?
    private let interruption: Interruption?
    private let sleep: @Sendable (_ seconds: Double) -> Void
    private let random: @Sendable () -> Double
    private let clock: @Sendable () -> UInt64

    /// - Parameters:
    ///   - observer: is told of every try after which there is another.
    ///   - interruption: ends all tries when it happens.
    ///   - sleep: waits so many seconds; nil to do so until the interruption.
    ///   - random: a number from 0 up to, not including, 1.
    ///   - clock: nanoseconds that only ever grow.
    package init(
        _ inner: any Store, policy: RetryPolicy = RetryPolicy(), interruption: Interruption? = nil,
        observer: (any StoreObserver)? = nil,
        sleep: (@Sendable (_ seconds: Double) -> Void)? = nil,
        random: @escaping @Sendable () -> Double = { Entropy.fraction() },
        clock: @escaping @Sendable () -> UInt64 = { Clock.monotonicNanoseconds() }
    ) {
        self.inner = inner
        self.policy = policy
        self.observer = observer
        self.interruption = interruption
        self.sleep =
            sleep ?? { seconds in
                if let interruption { interruption.sleep(seconds: seconds) } else { Clock.sleep(seconds: seconds) }
            }
        self.random = random
        self.clock = clock
    }

    package var description: String { inner.description }
    package var capabilities: Capabilities { inner.capabilities }

    package func create(
        _ key: ObjectKey, _ content: Content, until deadline: Deadline
    ) throws(StoreError) -> Creation {
        try retrying(.create, until: deadline) { (deadline) throws(StoreError) in
            try inner.create(key, content, until: deadline)
        }
    }

    package func beginUpload(_ key: ObjectKey, until deadline: Deadline) throws(StoreError) -> UploadSession {
        try retrying(.beginUpload, until: deadline) { (deadline) throws(StoreError) in
            try inner.beginUpload(key, until: deadline)
        }
    }

    package func upload(
        _ part: UploadPart, to session: UploadSession, until deadline: Deadline
    ) throws(StoreError) -> PartReceipt {
        try retrying(.upload, until: deadline) { (deadline) throws(StoreError) in
            try inner.upload(part, to: session, until: deadline)
        }
    }

    package func complete(
        _ session: UploadSession, parts: [PartReceipt], until deadline: Deadline
    ) throws(StoreError) -> Creation {
        try retrying(.complete, until: deadline) { (deadline) throws(StoreError) in
            try inner.complete(session, parts: parts, until: deadline)
        }
    }

    /// Once: it is best effort, and tells nothing about its success.
    package func abort(_ session: UploadSession) { inner.abort(session) }

    package func read(
        _ key: ObjectKey, from offset: UInt64, into block: inout Block, until deadline: Deadline
    ) throws(StoreError) -> ReadResult {
        try retrying(.read, until: deadline) { (deadline) throws(StoreError) in
            try inner.read(key, from: offset, into: &block, until: deadline)
        }
    }

    package func readTail(
        _ key: ObjectKey, into block: inout Block, until deadline: Deadline
    ) throws(StoreError) -> ReadResult {
        try retrying(.readTail, until: deadline) { (deadline) throws(StoreError) in
            try inner.readTail(key, into: &block, until: deadline)
        }
    }

    package func head(_ key: ObjectKey, until deadline: Deadline) throws(StoreError) -> ObjectInfo? {
        try retrying(.head, until: deadline) { (deadline) throws(StoreError) in try inner.head(key, until: deadline) }
    }

    package func list(
        prefix: String, after: ObjectKey?, until deadline: Deadline
    ) throws(StoreError) -> Page {
        try retrying(.list, until: deadline) { (deadline) throws(StoreError) in
            try inner.list(prefix: prefix, after: after, until: deadline)
        }
    }

    package func delete(_ key: ObjectKey, until deadline: Deadline) throws(StoreError) {
        try retrying(.delete, until: deadline) { (deadline) throws(StoreError) in try inner.delete(key, until: deadline)
        }
    }
}

// MARK: - The loop

extension RetryingStore {
    private func retrying<R>(
        _ operation: StoreOperation, until deadline: Deadline, _ body: (Deadline) throws(StoreError) -> R
    ) throws(StoreError) -> R {
        let start = clock()
        let budget = min(deadline.remainingSeconds, policy.totalSecondsMax)
        var tries = 0
        var damagedTries = 0
        var previous: StoreError?
        while true {
            let left = budget - seconds(since: start)
            do throws(StoreError) {
                return try body(deadline.sooner(of: .after(seconds: min(left, policy.trySecondsMax))))
            } catch {
                tries += 1
                let remaining = budget - seconds(since: start)
                let error = remaining > 0 && !deadline.hasPassed ? error.afterTryDeadline : error
                if error.code == .damaged { damagedTries += 1 }
                let situation = RetryPolicy.Situation(
                    error: error, triesMade: tries, damagedTries: damagedTries, remainingSeconds: remaining,
                    random: random())
                guard interruption?.hasHappened != true, case .retry(let wait) = policy.verdict(situation) else {
                    throw error.afterTries(tries, seconds: seconds(since: start), previous: previous)
                }
                previous = error
                observer?.retries(operation, after: error.code)
                sleep(wait)
                if interruption?.hasHappened == true { throw error }
            }
        }
    }

    private func seconds(since start: UInt64) -> Double { Double(clock() - start) / 1e9 }
}

extension StoreError {
    /// The deadline that passed was that of one try: the caller's has not.
    fileprivate var afterTryDeadline: StoreError {
        guard code == .deadlinePassed else { return self }
        return StoreError(.timedOut, operation: operation, object: object, cause: cause, hint: hint)
    }

    /// Says what was done about an error; one that is not retryable and ended the very first try needs no saying. When
    /// the deadline ended the last try, what went wrong before it is the reason that people look for.
    fileprivate func afterTries(_ tries: Int, seconds: Double, previous: StoreError?) -> StoreError {
        guard tries > 1 || isRetryable else { return self }
        let reason = code == .deadlinePassed ? previous.map { "\(cause), after: \($0.cause)" } ?? cause : cause
        let tenths = (max(seconds, 0) * 10).rounded() / 10
        return StoreError(
            code, operation: operation, object: object,
            cause: "\(reason) (tried \(tries == 1 ? "once" : "\(tries) times") in \(tenths) s)", hint: hint,
            retryAfterSeconds: retryAfterSeconds)
    }
}
