package import Format
package import Platform
package import Stream

/// Tells an observer of every call: what it was, how long it took, how many bytes moved, what it failed with.
///
/// Outside a `RetryingStore` it tells of what callers see, inside one of every try; inside a `LimitedStore` it does not
/// count the wait for a turn.
package struct MeasuredStore: Store {
    private let inner: any Store
    private let observer: any StoreObserver
    private let clock: @Sendable () -> UInt64

    /// - Parameter clock: nanoseconds that only ever grow.
    package init(
        _ inner: any Store, observer: any StoreObserver,
        clock: @escaping @Sendable () -> UInt64 = { Clock.monotonicNanoseconds() }
    ) {
        self.inner = inner
        self.observer = observer
        self.clock = clock
    }

    package var description: String { inner.description }
    package var capabilities: Capabilities { inner.capabilities }

    package func create(
        _ key: ObjectKey, _ content: Content, until deadline: Deadline
    ) throws(StoreError) -> Creation {
        try measured(.create) { (call) throws(StoreError) in
            let answer = try inner.create(key, content, until: deadline)
            call.sentBytes = content.count
            return answer
        }
    }

    package func beginUpload(_ key: ObjectKey, until deadline: Deadline) throws(StoreError) -> UploadSession {
        try measured(.beginUpload) { (_) throws(StoreError) in try inner.beginUpload(key, until: deadline) }
    }

    package func upload(
        _ part: UploadPart, to session: UploadSession, until deadline: Deadline
    ) throws(StoreError) -> PartReceipt {
        try measured(.upload) { (call) throws(StoreError) in
            let receipt = try inner.upload(part, to: session, until: deadline)
            call.sentBytes = part.content.count
            return receipt
        }
    }

    package func complete(
        _ session: UploadSession, parts: [PartReceipt], until deadline: Deadline
    ) throws(StoreError) -> Creation {
        try measured(.complete) { (_) throws(StoreError) in
            try inner.complete(session, parts: parts, until: deadline)
        }
    }

    package func abort(_ session: UploadSession) {
        try? measured(.abort) { (_) throws(StoreError) in inner.abort(session) }
    }

    package func read(
        _ key: ObjectKey, from offset: UInt64, into block: inout Block, until deadline: Deadline
    ) throws(StoreError) -> ReadResult {
        let before = block.count
        return try measured(.read) { (call) throws(StoreError) in
            let answer = try inner.read(key, from: offset, into: &block, until: deadline)
            call.receivedBytes = block.count - before
            return answer
        }
    }

    package func readTail(
        _ key: ObjectKey, into block: inout Block, until deadline: Deadline
    ) throws(StoreError) -> ReadResult {
        let before = block.count
        return try measured(.readTail) { (call) throws(StoreError) in
            let answer = try inner.readTail(key, into: &block, until: deadline)
            call.receivedBytes = block.count - before
            return answer
        }
    }

    package func head(_ key: ObjectKey, until deadline: Deadline) throws(StoreError) -> ObjectInfo? {
        try measured(.head) { (_) throws(StoreError) in try inner.head(key, until: deadline) }
    }

    package func list(
        prefix: String, after: ObjectKey?, until deadline: Deadline
    ) throws(StoreError) -> Page {
        try measured(.list) { (_) throws(StoreError) in try inner.list(prefix: prefix, after: after, until: deadline) }
    }

    package func delete(_ key: ObjectKey, until deadline: Deadline) throws(StoreError) {
        try measured(.delete) { (_) throws(StoreError) in try inner.delete(key, until: deadline) }
    }

    private func measured<R>(
        _ operation: StoreOperation, _ body: (inout StoreCall) throws(StoreError) -> R
    ) throws(StoreError) -> R {
        let start = clock()
        var call = StoreCall(operation)
        defer {
            call.seconds = Double(clock() - start) / 1e9
            observer.ended(call)
        }
        do throws(StoreError) {
            return try body(&call)
        } catch {
            call.failure = error.code
            throw error
        }
    }
}
