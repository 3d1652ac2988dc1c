package import Format
package import Platform
package import Storage
package import Stream

/// A store that fails chosen calls, each before or after it takes effect: the reply is lost, but the deed is done.
package final class FaultyStore: Store {
    package enum Moment: Sendable, CaseIterable {
        case before, after
    }

    private let inner: any Store
    private let moment: Moment
    private let operations: Set<StoreOperation>
    private let code: StoreError.Code
    private let retryAfterSeconds: Double?
    private let fails: @Sendable (_ call: Int) -> Bool
    private let counts = Gate((calls: 0, faults: 0))

    /// - Parameters:
    ///   - operations: the calls that are counted and may fail; all others pass.
    ///   - fails: whether the counted call of this number, from 1, fails; asked from many threads at once.
    package init(
        _ inner: any Store, _ moment: Moment, only operations: Set<StoreOperation> = Set(StoreOperation.allCases),
        code: StoreError.Code = .serverFault, retryAfterSeconds: Double? = nil,
        when fails: @escaping @Sendable (_ call: Int) -> Bool
    ) {
        self.inner = inner
        self.moment = moment
        self.operations = operations
        self.code = code
        self.retryAfterSeconds = retryAfterSeconds
        self.fails = fails
    }

    /// How many calls have failed so far.
    package var faultCount: Int { counts.withLock { $0.faults } }
    /// How many calls were counted so far.
    package var callCount: Int { counts.withLock { $0.calls } }

    package var description: String { inner.description }
    package var capabilities: Capabilities { inner.capabilities }

    package func create(
        _ key: ObjectKey, _ content: Content, until deadline: Deadline
    ) throws(StoreError) -> Creation {
        try striking(.create, key.path) { () throws(StoreError) in try inner.create(key, content, until: deadline) }
    }

    package func beginUpload(_ key: ObjectKey, until deadline: Deadline) throws(StoreError) -> UploadSession {
        try striking(.beginUpload, key.path) { () throws(StoreError) in try inner.beginUpload(key, until: deadline) }
    }

    package func upload(
        _ part: UploadPart, to session: UploadSession, until deadline: Deadline
    ) throws(StoreError) -> PartReceipt {
        try striking(.upload, session.key.path) { () throws(StoreError) in
            try inner.upload(part, to: session, until: deadline)
        }
    }

    package func complete(
        _ session: UploadSession, parts: [PartReceipt], until deadline: Deadline
    ) throws(StoreError) -> Creation {
        try striking(.complete, session.key.path) { () throws(StoreError) in
            try inner.complete(session, parts: parts, until: deadline)
        }
    }

    package func abort(_ session: UploadSession) {
        try? striking(.abort, session.key.path) { () throws(StoreError) in inner.abort(session) }
    }

    package func read(
        _ key: ObjectKey, from offset: UInt64, into block: inout Block, until deadline: Deadline
    ) throws(StoreError) -> ReadResult {
        let before = block.count
        do throws(StoreError) {
            return try striking(.read, key.path) { () throws(StoreError) in
                try inner.read(key, from: offset, into: &block, until: deadline)
            }
        } catch {
            block.truncate(to: before)
            throw error
        }
    }

    package func readTail(
        _ key: ObjectKey, into block: inout Block, until deadline: Deadline
    ) throws(StoreError) -> ReadResult {
        let before = block.count
        do throws(StoreError) {
            return try striking(.readTail, key.path) { () throws(StoreError) in
                try inner.readTail(key, into: &block, until: deadline)
            }
        } catch {
            block.truncate(to: before)
            throw error
        }
    }

    package func head(_ key: ObjectKey, until deadline: Deadline) throws(StoreError) -> ObjectInfo? {
        try striking(.head, key.path) { () throws(StoreError) in try inner.head(key, until: deadline) }
    }

    package func list(
        prefix: String, after: ObjectKey?, until deadline: Deadline
    ) throws(StoreError) -> Page {
        try striking(.list, prefix) { () throws(StoreError) in
            try inner.list(prefix: prefix, after: after, until: deadline)
        }
    }

    package func delete(_ key: ObjectKey, until deadline: Deadline) throws(StoreError) {
        try striking(.delete, key.path) { () throws(StoreError) in try inner.delete(key, until: deadline) }
    }

    private func striking<R>(
        _ operation: StoreOperation, _ object: String, _ body: () throws(StoreError) -> R
    ) throws(StoreError) -> R {
        guard strikes(operation) else { return try body() }
        if moment == .after { _ = try body() }
        throw StoreError(
            code, operation, object, cause: "made to fail \(moment) its effect", retryAfterSeconds: retryAfterSeconds)
    }

    private func strikes(_ operation: StoreOperation) -> Bool {
        guard operations.contains(operation) else { return false }
        let call = counts.withLock {
            $0.calls += 1
            return $0.calls
        }
        // Outside the lock: tests let calls wait for one another here.
        guard fails(call) else { return false }
        counts.withLock { $0.faults += 1 }
        return true
    }
}
