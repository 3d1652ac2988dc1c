import Format
import Platform
import Storage

/// What one repository has of a cluster's WAL and another lacks, by names alone: two listings in step.
///
/// What is older than everything that the target has of a system was never meant for it, or is pruned, and is left
/// out: it joined later than the source. Takes the memory of two pages.
struct WALDifference: Sendable {
    let source: Repository
    let target: Repository
    let cluster: ClusterName

    /// Where a segment is, whatever its timeline.
    private struct Position: Comparable {
        let log: UInt32
        let segment: UInt32

        init(_ segment: SegmentName) {
            log = segment.log
            self.segment = segment.segment
        }

        static func < (left: Position, right: Position) -> Bool {
            (left.log, left.segment) < (right.log, right.segment)
        }
    }

    /// Calls `body` for each file that the target lacks, in the order of keys, as long as it answers true; false when
    /// it did not to the end.
    func forEachMissing(
        until deadline: Deadline, _ body: (WALObjectName) -> Bool
    ) throws(OperationError) -> Bool {
        // The wrong prefix of a bucket looks like a repository without objects.
        try source.requireCluster(cluster, until: deadline)
        let oldest = try oldest(until: deadline)
        let prefix = RepositoryLayout.walPrefix(of: cluster)
        var wanted = ObjectCursor(source, below: prefix, until: deadline)
        var present = ObjectCursor(target, below: prefix, until: deadline)
        var held = try present.next()
        while let object = try wanted.next() {
            while let key = held?.key, key < object.key { held = try present.next() }
            guard held?.key != object.key, let file = Self.file(object.key),
                Self.isWanted(file, oldest[file.system])
            else { continue }
            guard body(file) else { return false }
        }
        return true
    }

    /// The oldest segment that the target has of each system.
    private func oldest(until deadline: Deadline) throws(OperationError) -> [SystemIdentifier: Position] {
        var oldest: [SystemIdentifier: Position] = [:]
        var present = ObjectCursor(target, below: RepositoryLayout.walPrefix(of: cluster), until: deadline)
        while let object = try present.next() {
            guard let file = Self.file(object.key), case .segment(let segment) = file.name else { continue }
            let position = Position(segment)
            oldest[file.system] = min(oldest[file.system] ?? position, position)
        }
        return oldest
    }

    private static func isWanted(_ file: WALObjectName, _ oldest: Position?) -> Bool {
        guard let oldest, let segment = file.name.segment else { return true }
        return Position(segment) >= oldest
    }

    private static func file(_ key: ObjectKey) -> WALObjectName? {
        guard case .wal(_, let system, let name) = RepositoryLayout.place(of: key) else { return nil }
        return WALObjectName(system: system, name: name)
    }
}

/// A listing, object by object.
private struct ObjectCursor {
    private let repository: Repository
    private let prefix: String
    private let deadline: Deadline
    private var page: ArraySlice<ObjectInfo> = []
    private var after: ObjectKey?
    private var isLastPage = false

    init(_ repository: Repository, below prefix: String, until deadline: Deadline) {
        self.repository = repository
        self.prefix = prefix
        self.deadline = deadline
    }

    /// The next object in the order of keys; nil at the end.
    mutating func next() throws(OperationError) -> ObjectInfo? {
        while page.isEmpty, !isLastPage {
            do throws(StoreError) {
                let next = try repository.store.list(prefix: prefix, after: after, until: deadline)
                page = next.objects[...]
                after = next.nextAfter
                isLastPage = after == nil
            } catch {
                throw OperationError(error).noting("repository \"\(repository.name)\"")
            }
        }
        return page.popFirst()
    }
}
