package import Format
package import Platform
package import Stream

/// Creates one object whose length is not known beforehand.
///
/// Up to one part's bytes go out as a single `create`; what is longer becomes an upload in parts, of which up to
/// `parallelParts` are sent at a time, each by a thread of its own. Whatever fails ends the upload and leaves nothing
/// visible; the failure is thrown by the current call and every later one.
///
/// The writer holds on to at most `parallelParts + 1` parts and the last content written
/// (`PartSchedule.longestPartBytes` tells how long parts become). Blocks come from the caller's pool, so a pool
/// smaller than that would wait for a writer that waits for the pool.
///
/// A writer belongs to one thread. One that is dropped without `commit` aborts.
package final class ObjectWriter {
    package let key: ObjectKey
    package let schedule: PartSchedule
    /// Bytes written so far.
    package private(set) var byteCount: UInt64 = 0

    private let store: any Store
    private let parallelParts: Int
    private let deadline: Deadline

    /// Written but not yet given to `uploads`: never more than a part, but within `write`.
    private var pending = Content()
    private var partsCut = 0
    private var offset: UInt64 = 0
    private var uploads: PartUploads?
    private var failure: StoreError?
    private var hasEnded = false

    /// - Parameters:
    ///   - partBytes: the wanted length of a part, moved into what the store allows.
    ///   - parallelParts: parts sent at a time, at least 1.
    ///   - deadline: of the whole object.
    package convenience init(
        store: any Store, key: ObjectKey, partBytes: Int, parallelParts: Int, until deadline: Deadline
    ) {
        let schedule = PartSchedule(partBytes: partBytes, for: store.capabilities)
        self.init(store: store, key: key, schedule: schedule, parallelParts: parallelParts, until: deadline)
    }

    /// The same with a schedule made for the store's capabilities.
    package init(
        store: any Store, key: ObjectKey, schedule: PartSchedule, parallelParts: Int, until deadline: Deadline
    ) {
        self.store = store
        self.key = key
        self.schedule = schedule
        self.parallelParts = max(parallelParts, 1)
        self.deadline = deadline
    }

    deinit { abort() }

    /// Appends to the object. Waits while `parallelParts` parts are being sent and another one is complete.
    package func write(_ content: Content) throws(StoreError) {
        try requireOpen()
        pending.append(content)
        byteCount += UInt64(content.count)
        // A part goes only when there are bytes beyond it: the last part is never empty, and an object of exactly one
        // part is one request.
        while let length = schedule.byteCount(ofPart: partsCut + 1), pending.count > length {
            let (part, rest) = pending.split(at: length)
            pending = rest
            try endingOnFailure { () throws(StoreError) in try send(part) }
        }
        if schedule.byteCount(ofPart: partsCut + 1) == nil {
            try endingOnFailure { () throws(StoreError) in throw tooManyParts() }
        }
    }

    /// Makes the object of all that was written, durably; ends the writer.
    package func commit() throws(StoreError) -> Creation {
        try requireOpen()
        return try endingOnFailure { () throws(StoreError) in
            let last = pending
            pending = Content()
            guard uploads != nil else {
                hasEnded = true
                return try store.create(key, last, until: deadline)
            }
            try send(last)
            return try completeUpload()
        }
    }

    /// Drops all that was written. Harmless when the writer has ended.
    package func abort() {
        pending = Content()
        hasEnded = true
        guard let uploads else { return }
        self.uploads = nil
        uploads.cancel()
        store.abort(uploads.session)
    }

    private func completeUpload() throws(StoreError) -> Creation {
        guard let uploads else { preconditionFailure("an upload is completed after its first part") }
        let receipts = try uploads.finish()
        let answer = try store.complete(uploads.session, parts: receipts, until: deadline)
        self.uploads = nil
        hasEnded = true
        return answer
    }

    private func send(_ content: Content) throws(StoreError) {
        let number = partsCut + 1
        guard schedule.byteCount(ofPart: number) != nil else { throw tooManyParts() }
        let part = UploadPart(number: number, offset: offset, content: content)
        try startedUploads().submit(part)
        partsCut = number
        offset += UInt64(content.count)
    }

    private func startedUploads() throws(StoreError) -> PartUploads {
        if let uploads { return uploads }
        let session = try store.beginUpload(key, until: deadline)
        let started = PartUploads(store: store, session: session, parallelParts: parallelParts, until: deadline)
        uploads = started
        return started
    }

    private func requireOpen() throws(StoreError) {
        if let failure { throw failure }
        guard hasEnded else { return }
        throw StoreError(.cancelled, .upload, key.path, cause: "the upload has ended")
    }

    private func endingOnFailure<R>(_ body: () throws(StoreError) -> R) throws(StoreError) -> R {
        do throws(StoreError) {
            return try body()
        } catch {
            failure = error
            abort()
            throw error
        }
    }

    private func tooManyParts() -> StoreError {
        StoreError(
            .tooLarge, .upload, key.path,
            cause: "\(partsCut) parts hold \(offset) bytes, and the store takes no more parts",
            hint: "Configure a larger part size.")
    }
}
