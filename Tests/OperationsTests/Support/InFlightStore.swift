import Format
import Platform
import Storage
import Stream

/// Counts the calls that are under way, looks at each deadline, and may answer in the store's place.
final class InFlightStore: Store {
    private let inner: any Store
    private let beforeCall: @Sendable (_ deadline: Deadline) throws(StoreError) -> Void
    private let counts = Gate((now: 0, total: 0))

    init(
        _ inner: any Store, beforeCall: @escaping @Sendable (_ deadline: Deadline) throws(StoreError) -> Void = { _ in }
    ) {
        self.inner = inner
        self.beforeCall = beforeCall
    }

    var callsUnderWay: Int { counts.withLock { $0.now } }
    var callCount: Int { counts.withLock { $0.total } }

    var description: String { inner.description }
    var capabilities: Capabilities { inner.capabilities }

    func create(_ key: ObjectKey, _ content: Content, until deadline: Deadline) throws(StoreError) -> Creation {
        try counting(deadline) { () throws(StoreError) in try inner.create(key, content, until: deadline) }
    }

    func beginUpload(_ key: ObjectKey, until deadline: Deadline) throws(StoreError) -> UploadSession {
        try counting(deadline) { () throws(StoreError) in try inner.beginUpload(key, until: deadline) }
    }

    func upload(
        _ part: UploadPart, to session: UploadSession, until deadline: Deadline
    ) throws(StoreError) -> PartReceipt {
        try counting(deadline) { () throws(StoreError) in try inner.upload(part, to: session, until: deadline) }
    }

    func complete(
        _ session: UploadSession, parts: [PartReceipt], until deadline: Deadline
    ) throws(StoreError) -> Creation {
        try counting(deadline) { () throws(StoreError) in try inner.complete(session, parts: parts, until: deadline) }
    }

    func abort(_ session: UploadSession) { inner.abort(session) }

    func read(
        _ key: ObjectKey, from offset: UInt64, into block: inout Block, until deadline: Deadline
    ) throws(StoreError) -> ReadResult {
        try counting(deadline) { () throws(StoreError) in
            try inner.read(key, from: offset, into: &block, until: deadline)
        }
    }

    func readTail(
        _ key: ObjectKey, into block: inout Block, until deadline: Deadline
    ) throws(StoreError) -> ReadResult {
        try counting(deadline) { () throws(StoreError) in try inner.readTail(key, into: &block, until: deadline) }
    }

    func head(_ key: ObjectKey, until deadline: Deadline) throws(StoreError) -> ObjectInfo? {
        try counting(deadline) { () throws(StoreError) in try inner.head(key, until: deadline) }
    }

    func list(prefix: String, after: ObjectKey?, until deadline: Deadline) throws(StoreError) -> Page {
        try counting(deadline) { () throws(StoreError) in
            try inner.list(prefix: prefix, after: after, until: deadline)
        }
    }

    func delete(_ key: ObjectKey, until deadline: Deadline) throws(StoreError) {
        try counting(deadline) { () throws(StoreError) in try inner.delete(key, until: deadline) }
    }

    private func counting<R>(
        _ deadline: Deadline, _ body: () throws(StoreError) -> R
    ) throws(StoreError) -> R {
        counts.withLock {
            $0.now += 1
            $0.total += 1
        }
        defer { counts.withLock { $0.now -= 1 } }
        try beforeCall(deadline)
        return try body()
    }
}
