package import Platform
package import Storage

/// One place that holds objects, as the configuration names it.
package struct Repository: Sendable {
    package let name: String
    /// Whether an operation fails when this repository does; otherwise it is best effort, with a warning.
    package let isRequired: Bool
    /// The store with its decorators: limits inside, retries outside.
    package let store: any Store
    /// Bytes of one part of an object that is too large for one request.
    package let partBytes: Int
    /// Parts of one object under way at once.
    package let parallelParts: Int
    /// Requests that may be under way at once, as it stands it now.
    package let callsAtOnce: @Sendable () -> Int

    /// A best-effort repository may hold up one thing for this long and no longer.
    package static let bestEffortSeconds = 30.0
    /// Where there is no deadline because nobody knows how long the thing is: the same for one call, such as the upload
    /// of a part, which at half a MiB a second takes it as long as that.
    static let bestEffortCallSeconds = 120.0

    package init(
        name: String, isRequired: Bool, store: any Store, partBytes: Int, parallelParts: Int,
        callsAtOnce: @escaping @Sendable () -> Int = { 0 }
    ) {
        self.name = name
        self.isRequired = isRequired
        self.store = store
        self.partBytes = partBytes
        self.parallelParts = parallelParts
        self.callsAtOnce = callsAtOnce
    }

    /// And for no more than this part of the time that is left, so that the required ones have enough of a short
    /// deadline.
    private static let bestEffortShare = 0.25

    /// How long it is waited for by somebody who has until `deadline`. For somebody who has no deadline each call has
    /// one, by the store's retries.
    package func patience(_ deadline: Deadline) -> Deadline {
        guard !isRequired, deadline != .never else { return deadline }
        return .after(seconds: min(Self.bestEffortSeconds, deadline.remainingSeconds * Self.bestEffortShare))
    }

    /// How an object that may have `objectBytes` is cut into parts here: all of one length, so that its writer holds
    /// no more at its end than at its beginning.
    package func schedule(objectBytes: UInt64) -> PartSchedule {
        PartSchedule(objectBytes: objectBytes, partBytes: partBytes, for: store.capabilities)
    }
}
