package import Format
package import Platform
package import Stream

/// Lets at most so many calls through at once; the others wait, each until its deadline.
package struct LimitedStore: Store {
    private let inner: any Store
    /// Calls that may begin now.
    private let free: Gate<Int>

    /// - Parameter concurrency: calls at once, at least 1.
    package init(_ inner: any Store, concurrency: Int) {
        self.inner = inner
        free = Gate(max(concurrency, 1))
    }

    package var description: String { inner.description }
    package var capabilities: Capabilities { inner.capabilities }

    package func create(
        _ key: ObjectKey, _ content: Content, until deadline: Deadline
    ) throws(StoreError) -> Creation {
        try limited(.create, key.path, until: deadline) { () throws(StoreError) in
            try inner.create(key, content, until: deadline)
        }
    }

    package func beginUpload(_ key: ObjectKey, until deadline: Deadline) throws(StoreError) -> UploadSession {
        try limited(.beginUpload, key.path, until: deadline) { () throws(StoreError) in
            try inner.beginUpload(key, until: deadline)
        }
    }

    package func upload(
        _ part: UploadPart, to session: UploadSession, until deadline: Deadline
    ) throws(StoreError) -> PartReceipt {
        try limited(.upload, session.key.path, until: deadline) { () throws(StoreError) in
            try inner.upload(part, to: session, until: deadline)
        }
    }

    package func complete(
        _ session: UploadSession, parts: [PartReceipt], until deadline: Deadline
    ) throws(StoreError) -> Creation {
        try limited(.complete, session.key.path, until: deadline) { () throws(StoreError) in
            try inner.complete(session, parts: parts, until: deadline)
        }
    }

    /// Waits for its turn for as long as it takes: it has no deadline, and the calls before it have.
    package func abort(_ session: UploadSession) {
        try? limited(.abort, session.key.path, until: .never) { () throws(StoreError) in inner.abort(session) }
    }

    package func read(
        _ key: ObjectKey, from offset: UInt64, into block: inout Block, until deadline: Deadline
    ) throws(StoreError) -> ReadResult {
        try limited(.read, key.path, until: deadline) { () throws(StoreError) in
            try inner.read(key, from: offset, into: &block, until: deadline)
        }
    }

    package func readTail(
        _ key: ObjectKey, into block: inout Block, until deadline: Deadline
    ) throws(StoreError) -> ReadResult {
        try limited(.readTail, key.path, until: deadline) { () throws(StoreError) in
            try inner.readTail(key, into: &block, until: deadline)
        }
    }

    package func head(_ key: ObjectKey, until deadline: Deadline) throws(StoreError) -> ObjectInfo? {
        try limited(.head, key.path, until: deadline) { () throws(StoreError) in try inner.head(key, until: deadline) }
    }

    package func list(
        prefix: String, after: ObjectKey?, until deadline: Deadline
    ) throws(StoreError) -> Page {
        try limited(.list, prefix, until: deadline) { () throws(StoreError) in
            try inner.list(prefix: prefix, after: after, until: deadline)
        }
    }

    package func delete(_ key: ObjectKey, until deadline: Deadline) throws(StoreError) {
        try limited(.delete, key.path, until: deadline) { () throws(StoreError) in
            try inner.delete(key, until: deadline)
        }
    }

    private func limited<R>(
        _ operation: StoreOperation, _ object: String, until deadline: Deadline, _ body: () throws(StoreError) -> R
    ) throws(StoreError) -> R {
        let turn: Void? = free.wait(until: deadline) { free -> Void? in
            guard free > 0 else { return nil }
            free -= 1
        }
        guard turn != nil else {
            throw StoreError(.deadlinePassed, operation, object, cause: "waited for other calls until the deadline")
        }
        defer {
            free.withLock { $0 += 1 }
            free.signalAll()
        }
        return try body()
    }
}
