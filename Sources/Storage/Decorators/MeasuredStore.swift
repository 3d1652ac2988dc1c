package import Format
package import Platform
package import Stream

/// Counts calls, failures, bytes and time per operation. Outside a `RetryingStore` it counts what callers see, inside
/// one every try.
package final class MeasuredStore: Store {
    private let inner: any Store
    private let clock: @Sendable () -> UInt64
    private let measurement = Gate(StoreMeasurement())

    /// - Parameter clock: nanoseconds that only ever grow.
    package init(_ inner: any Store, clock: @escaping @Sendable () -> UInt64 = { Clock.monotonicNanoseconds() }) {
        self.inner = inner
        self.clock = clock
    }

    package var description: String { inner.description }
    package var capabilities: Capabilities { inner.capabilities }

    /// What has been counted so far, all of one moment.
    package var snapshot: StoreMeasurement { measurement.withLock { $0 } }

    package func create(
        _ key: ObjectKey, _ content: Content, until deadline: Deadline
    ) throws(StoreError) -> Creation {
        try measured(.create, bytes: content.count) { () throws(StoreError) in
            try inner.create(key, content, until: deadline)
        }
    }

    package func beginUpload(_ key: ObjectKey, until deadline: Deadline) throws(StoreError) -> UploadSession {
        try measured(.beginUpload) { () throws(StoreError) in try inner.beginUpload(key, until: deadline) }
    }

    package func upload(
        _ part: UploadPart, to session: UploadSession, until deadline: Deadline
    ) throws(StoreError) -> PartReceipt {
        try measured(.upload, bytes: part.content.count) { () throws(StoreError) in
            try inner.upload(part, to: session, until: deadline)
        }
    }

    package func complete(
        _ session: UploadSession, parts: [PartReceipt], until deadline: Deadline
    ) throws(StoreError) -> Creation {
        try measured(.complete) { () throws(StoreError) in
            try inner.complete(session, parts: parts, until: deadline)
        }
    }

    package func abort(_ session: UploadSession) {
        try? measured(.abort) { () throws(StoreError) in inner.abort(session) }
    }

    package func read(
        _ key: ObjectKey, from offset: UInt64, into block: inout Block, until deadline: Deadline
    ) throws(StoreError) -> ReadResult {
        let before = block.count
        let answer = try measured(.read) { () throws(StoreError) in
            try inner.read(key, from: offset, into: &block, until: deadline)
        }
        add(bytes: block.count - before, to: .read)
        return answer
    }

    package func readTail(
        _ key: ObjectKey, into block: inout Block, until deadline: Deadline
    ) throws(StoreError) -> ReadResult {
        let before = block.count
        let answer = try measured(.readTail) { () throws(StoreError) in
            try inner.readTail(key, into: &block, until: deadline)
        }
        add(bytes: block.count - before, to: .readTail)
        return answer
    }

    package func head(_ key: ObjectKey, until deadline: Deadline) throws(StoreError) -> ObjectInfo? {
        try measured(.head) { () throws(StoreError) in try inner.head(key, until: deadline) }
    }

    package func list(
        prefix: String, after: ObjectKey?, until deadline: Deadline
    ) throws(StoreError) -> Page {
        try measured(.list) { () throws(StoreError) in try inner.list(prefix: prefix, after: after, until: deadline) }
    }

    package func delete(_ key: ObjectKey, until deadline: Deadline) throws(StoreError) {
        try measured(.delete) { () throws(StoreError) in try inner.delete(key, until: deadline) }
    }

    private func measured<R>(
        _ operation: StoreOperation, bytes: Int = 0, _ body: () throws(StoreError) -> R
    ) throws(StoreError) -> R {
        let start = clock()
        var hasFailed = true
        defer {
            let nanoseconds = clock() - start
            measurement.withLock {
                $0[operation].calls += 1
                $0[operation].nanoseconds += nanoseconds
                if hasFailed { $0[operation].failures += 1 } else { $0[operation].bytes += UInt64(bytes) }
            }
        }
        let answer = try body()
        hasFailed = false
        return answer
    }

    private func add(bytes: Int, to operation: StoreOperation) {
        measurement.withLock { $0[operation].bytes += UInt64(bytes) }
    }
}
