import Codec
import Format
import Platform
import Storage
import Stream

/// Tells whether an object that exists has the content that was to be stored under its name.
///
/// By the keyed digest in the object's trailer, one small range read; where that was made with another digest key, by
/// reading the object, if there is an identity to open it. One object is read at a time, so that the memory for it is
/// that of one.
final class ContentComparison: Sendable {
    private let signers: [Codec.Signer]
    private let makeOpener: @Sendable () throws(OperationError) -> OpenPipeline
    /// Made when needed: a push touches no identity otherwise.
    private let opener = Gate<OpenPipeline?>(nil)

    init(signers: [Codec.Signer], opener: @escaping @Sendable () throws(OperationError) -> OpenPipeline) {
        self.signers = signers
        makeOpener = opener
    }

    /// Returns if the contents are the same; throws `differentContent`, or why it cannot be told.
    func requireSame(
        _ key: ObjectKey, _ content: ContentSummary, in repository: Repository, until deadline: Deadline
    ) throws(OperationError) {
        let verdict = try compareTrailer(key, content, repository, deadline)
        switch verdict {
        case .same: return
        case .different: throw Self.different(key, repository)
        case .unknownKey: try compareContent(key, content, repository, deadline)
        }
    }

    /// The same for an object that another repository has, which need not have been sealed in one go with this one.
    func requireSame(
        _ key: ObjectKey, asIn source: Repository, in repository: Repository, until deadline: Deadline
    ) throws(OperationError) {
        let wanted = try trailer(key, source, deadline)
        switch wanted.compare(try trailer(key, repository, deadline)) {
        case .same: return
        case .different: throw Self.different(key, repository)
        case .unknownKey:
            try compareContent(key, try content(key, source, deadline), repository, deadline)
        }
    }

    private func compareTrailer(
        _ key: ObjectKey, _ content: ContentSummary, _ repository: Repository, _ deadline: Deadline
    ) throws(OperationError) -> TrailerReading.Comparison {
        try trailer(key, repository, deadline).compare(content)
    }

    private func trailer(
        _ key: ObjectKey, _ repository: Repository, _ deadline: Deadline
    ) throws(OperationError) -> TrailerReading {
        var tail = Block(capacity: StreamTrailer.byteCount)
        let total: UInt64
        do throws(StoreError) {
            guard case .found(let count) = try repository.store.readTail(key, into: &tail, until: deadline) else {
                throw Self.vanished(key)
            }
            total = count
        } catch {
            throw OperationError(error).noting("repository \"\(repository.name)\"")
        }
        do throws(CodecError) {
            return try tail.withOctets { (octets) throws(CodecError) in
                try TrailerReading(octets, objectByteCount: total, name: key, signers: signers)
            }
        } catch {
            throw OperationError(error).noting("the stored object in repository \"\(repository.name)\"")
        }
    }

    private func compareContent(
        _ key: ObjectKey, _ content: ContentSummary, _ repository: Repository, _ deadline: Deadline
    ) throws(OperationError) {
        guard try self.content(key, repository, deadline) == content else { throw Self.different(key, repository) }
    }

    /// Reads the object.
    private func content(
        _ key: ObjectKey, _ repository: Repository, _ deadline: Deadline
    ) throws(OperationError) -> ContentSummary {
        let opened: OpenedObject?
        do throws(OperationError) {
            opened = try opener.withLock { (opener) throws(OperationError) in
                if opener == nil { opener = try makeOpener() }
                return try opener?.open(key, of: repository.store, into: NullSink(), until: deadline)
            }
        } catch  where error.code == .foreignKey {
            throw OperationError(
                .differentContent, operation: "compare", object: key.path,
                cause: "an object of this name exists in repository \"\(repository.name)\", sealed by a host with "
                    + "another digest key, and no identity is at hand to read it",
                hint: "Give this host the digest key file of the cluster's other hosts.")
        } catch {
            throw error.noting("the stored object in repository \"\(repository.name)\"")
        }
        guard let opened else { throw OperationError(Self.vanished(key)) }
        return opened.content
    }

    private static func vanished(_ key: ObjectKey) -> StoreError {
        StoreError(
            .serverFault, operation: "compare", object: key.path,
            cause: "the store says that the object exists, and that it does not")
    }

    private static func different(_ key: ObjectKey, _ repository: Repository) -> OperationError {
        OperationError(
            .differentContent, operation: "archive", object: key.path,
            cause: "repository \"\(repository.name)\" holds other content under this name, which is never overwritten",
            hint: "Two servers write the same timeline of one cluster, or this one was set back to an earlier state. "
                + "Find out which before anything else.")
    }
}
