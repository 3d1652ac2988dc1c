package import Format
import Platform
import Storage
package import Stream

/// Reads ranges of packs: from the first repository that holds the backup, and from the others when it does not give
/// them or gives damaged ones.
package struct PackSource: Sendable {
    private let cluster: ClusterName
    private let repositories: [Repository]

    /// One range of 8 MiB over a slow line, with the retries of a store that has a bad minute.
    private static let readSeconds = 600.0

    /// - Parameter repositories: that hold all packs, in the order of asking; at least one.
    package init(_ cluster: ClusterName, _ repositories: [Repository]) {
        precondition(!repositories.isEmpty, "packs are read from somewhere")
        self.cluster = cluster
        self.repositories = repositories
    }

    package var repositoryCount: Int { repositories.count }

    /// Appends exactly `byteCount` bytes of the pack from `offset` on to `block`, which has room for no more.
    ///
    /// - Parameter first: which repository is asked first; those behind it are asked when it fails.
    /// - Returns: which one gave the bytes.
    /// - Throws: the first failure when nobody does.
    package func read(
        _ pack: PackID, from offset: UInt64, byteCount: Int, into block: inout Block, startingAt first: Int = 0
    ) throws(OperationError) -> Int {
        var failure: OperationError?
        for number in first..<repositories.count {
            do throws(OperationError) {
                try read(pack, offset, byteCount, &block, repositories[number])
                return number
            } catch {
                failure = failure ?? error
            }
        }
        throw failure ?? .gaveUp("read", "\(pack)")
    }

    private func read(
        _ pack: PackID, _ offset: UInt64, _ byteCount: Int, _ block: inout Block, _ repository: Repository
    ) throws(OperationError) {
        let key = RepositoryLayout.key(of: pack, in: cluster)
        let before = block.count
        let answer: ReadResult
        do throws(StoreError) {
            answer = try repository.store.read(
                key, from: offset, into: &block, until: .after(seconds: Self.readSeconds))
        } catch {
            throw OperationError(error).noting("repository \"\(repository.name)\"")
        }
        guard case .found = answer else {
            throw OperationError(
                .damaged, operation: "read", object: key.path,
                cause: "the pack is missing from repository \"\(repository.name)\"",
                hint: "The backup cannot be restored from there. Run \"trunkline verify\".")
        }
        // A block may have room for more than is wanted.
        guard block.count - before >= byteCount else {
            let got = block.count - before
            block.truncate(to: before)
            throw OperationError(
                .damaged, operation: "read", object: key.path,
                cause: "\(got) bytes came instead of \(byteCount) from offset \(offset) on, "
                    + "repository \"\(repository.name)\"")
        }
        block.truncate(to: before + byteCount)
    }
}
