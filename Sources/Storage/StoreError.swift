/// Why a store did not do what it was asked.
///
/// "There is no such object" is never one of these: it is an answer (`nil`, `ReadResult.missing`).
package struct StoreError: Error, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable, CaseIterable {
        /// No connection, or it broke: name resolution, refused, reset, TLS, a network file system that went away.
        case unreachable
        /// The other end took longer than one try is given.
        case timedOut
        /// The store asks for fewer requests (429, 503 SlowDown).
        case throttled
        /// Credentials or permissions do not suffice.
        case denied
        /// What the configuration names is not there: no such bucket, another region, a directory that is gone.
        case misconfigured
        /// Checksum or length disagree: in transit, or at rest.
        case damaged
        /// More bytes or parts than this store takes in one object or request.
        case tooLarge
        /// No space, or no quota, left.
        case full
        /// The store understood the request and will not do it (any other 4xx); the same request will fare the same.
        case refused
        /// The store failed (5xx), or its answer makes no sense.
        case serverFault
        /// This side gave up because it was told to.
        case cancelled
        /// The caller's deadline has passed.
        case deadlinePassed
        /// Trouble on this machine that is none of the above: an I/O error, no descriptors left.
        case localFault
    }

    package let code: Code
    /// What was being done, as a verb phrase: `StoreOperation.rawValue`, or a caller's own.
    package let operation: String
    /// What it was being done to: a key, a path, a prefix.
    package let object: String
    /// Lower case, no full stop, names everything the reader needs but the object.
    package let cause: String
    /// A sentence that says what to try, where there is something to say.
    package let hint: String?
    /// How long the store asked us to wait before the next try.
    package let retryAfterSeconds: Double?

    package init(
        _ code: Code, operation: String, object: String, cause: String, hint: String? = nil,
        retryAfterSeconds: Double? = nil
    ) {
        self.code = code
        self.operation = operation
        self.object = object
        self.cause = cause
        self.hint = hint
        self.retryAfterSeconds = retryAfterSeconds
    }

    package init(
        _ code: Code, _ operation: StoreOperation, _ object: String, cause: String, hint: String? = nil,
        retryAfterSeconds: Double? = nil
    ) {
        self.init(
            code, operation: operation.rawValue, object: object, cause: cause, hint: hint,
            retryAfterSeconds: retryAfterSeconds)
    }

    /// Whether the same call may succeed soon without anybody doing something about it. Damage is retryable because
    /// most of it happens in transit; `RetryPolicy` allows it fewer tries.
    package var isRetryable: Bool {
        switch code {
        case .unreachable, .timedOut, .throttled, .serverFault, .damaged: true
        case .denied, .misconfigured, .tooLarge, .full, .refused, .cancelled, .deadlinePassed, .localFault: false
        }
    }

    /// `create "clusters/main/…": no space left on device`
    package var description: String { "\(operation) \"\(object)\": \(cause)" }
}
