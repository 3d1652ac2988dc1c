package import Format
package import Platform
package import Stream

/// Lets so many calls through at once, fewer when the store throttles; the others wait, each until its deadline.
package struct LimitedStore: Store {
    private let inner: any Store
    private let state: Gate<State>

    private struct State {
        var limit: AdaptiveLimit
        var callsUnderWay = 0
    }

    package init(_ inner: any Store, limit: AdaptiveLimit) {
        self.inner = inner
        state = Gate(State(limit: limit))
    }

    /// - Parameter concurrency: calls at once as long as the store takes them, at least 1.
    package init(_ inner: any Store, concurrency: Int) {
        self.init(inner, limit: AdaptiveLimit(first: concurrency, most: concurrency))
    }

    /// Calls that may run at once now.
    package var concurrency: Int { state.withLock { $0.limit.current } }

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
        let turn: AdaptiveLimit.Start? = state.wait(until: deadline) { state in
            guard state.callsUnderWay < state.limit.current else { return nil }
            state.callsUnderWay += 1
            return state.limit.start
        }
        guard let start = turn else {
            throw StoreError(.deadlinePassed, operation, object, cause: "waited for other calls until the deadline")
        }
        do throws(StoreError) {
            let answer = try body()
            end { state in state.limit.succeeded(callsUnderWay: state.callsUnderWay) }
            return answer
        } catch {
            end { state in if error.code == .throttled { state.limit.throttled(begunAt: start) } }
            throw error
        }
    }

    private func end(_ report: (inout State) -> Void) {
        state.withLock { state in
            report(&state)
            state.callsUnderWay -= 1
        }
        state.signalAll()
    }
}
