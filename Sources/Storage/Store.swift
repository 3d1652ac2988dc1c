package import Format
package import Platform
package import Stream

/// Named, immutable objects in one place: a directory, a bucket, a dictionary in a test.
///
/// What every store promises, and the conformance suite (Tests/StorageTests/Conformance) checks:
///
/// * **All or nothing.** A reader sees the whole object under its key, or none. Unfinished uploads are invisible to
///   `read`, `head` and `list`.
/// * **Never overwritten.** There is no way to replace an object. Of several creators of one key exactly one is told
///   `created` (without the capability `conditionalCreate`: at least one, and the others race a check made first).
/// * **Durable.** When `create` or `complete` returns, with either answer, the object survives a crash of this machine
///   (and for a remote store, of what the remote end promises to survive) and is readable by everybody.
/// * **Missing is a fact.** "No such object" is said only when the store itself says so of this key. A place that is
///   gone, unreachable, or that answers something else is an error. Recovery ends where an object is missing, so a
///   guess here loses data.
/// * **Consistent.** What has been created is found by every later `read`, `head` and `list`, here and elsewhere.
/// * **Retryable.** Every call may be repeated after an error, whether or not the failed call took effect. A creating
///   call whose reply was lost has created the object, so that its repetition answers `alreadyExists`: a caller to whom
///   it matters compares the object's content with its own before it calls the answer a success or a conflict.
/// * **Bounded.** No call keeps memory of the size of an object, and each ends soon after its deadline by throwing
///   `deadlinePassed`.
///
/// All calls block, and all may be made from many threads at once. Stores do not retry, limit or measure: the
/// decorators do (`RetryingStore`, `LimitedStore`, `MeasuredStore`), each a store around a store.
package protocol Store: Sendable {
    /// For messages: `repository "offsite" (s3://bucket/prefix)`.
    var description: String { get }

    /// What this store can do, as data; nobody asks for its type.
    var capabilities: Capabilities { get }

    /// Creates the object in one request; `content` may be empty and has at most `capabilities.singlePutBytesMax` bytes
    /// (more is `tooLarge`).
    func create(_ key: ObjectKey, _ content: Content, until deadline: Deadline) throws(StoreError) -> Creation

    /// Begins an object in parts. The session belongs to the store value it came from; it is ended by `complete` or
    /// `abort`, and one that is never ended may occupy space until somebody cleans up.
    func beginUpload(_ key: ObjectKey, until deadline: Deadline) throws(StoreError) -> UploadSession

    /// Stores one part; parts come in any order, in parallel, and again after an error (the last wins).
    func upload(
        _ part: UploadPart, to session: UploadSession, until deadline: Deadline
    ) throws(StoreError) -> PartReceipt

    /// Makes the object of the parts named, which are in ascending order of number and offset, from 1 and 0, without a
    /// gap. Ends the session when it returns; after a throw it may be repeated or aborted. Repeated after a lost reply
    /// it finds its session gone and answers `alreadyExists` if the object is there; a store that remembers what it
    /// did answers `created` again.
    func complete(
        _ session: UploadSession, parts: [PartReceipt], until deadline: Deadline
    ) throws(StoreError) -> Creation

    /// Drops a session and what was uploaded to it, as far as that is possible: it never throws, and is harmless for a
    /// session that has ended.
    func abort(_ session: UploadSession)

    /// Appends the object's bytes from `offset` on to `block`, as many as it has room for (at least one); fewer only at
    /// the object's end, and none from there on, which is no error. After a throw, and for a missing object, the block
    /// is as it was.
    func read(
        _ key: ObjectKey, from offset: UInt64, into block: inout Block, until deadline: Deadline
    ) throws(StoreError) -> ReadResult

    /// Appends the object's last bytes to `block`, as many as it has room for (at least one), or the whole object where
    /// it is shorter. After a throw, and for a missing object, the block is as it was.
    func readTail(
        _ key: ObjectKey, into block: inout Block, until deadline: Deadline
    ) throws(StoreError) -> ReadResult

    /// Tells about the object; nil when the store says that there is none.
    func head(_ key: ObjectKey, until deadline: Deadline) throws(StoreError) -> ObjectInfo?

    /// Lists the objects whose key begins with `prefix` (not necessarily at a slash; empty for all) and comes after
    /// `after`, in the order of the keys' bytes, at most `Page.objectCountMax` of them. What is not named like an
    /// `ObjectKey` is not ours and is left out. An object that is created or deleted meanwhile may or may not be there.
    func list(prefix: String, after: ObjectKey?, until deadline: Deadline) throws(StoreError) -> Page

    /// Deletes the object; that there is none (any more) is success.
    func delete(_ key: ObjectKey, until deadline: Deadline) throws(StoreError)
}
