import Codec
package import Format
package import Platform
import Storage

/// The archived WAL of one system in some repositories taken together, with the histories of its timelines.
package struct WALInventory: Sendable {
    package let system: SystemIdentifier
    package let segments: SegmentRanges
    /// By timeline. One whose history file no repository has descends from nobody, as PostgreSQL sees it too.
    package let histories: [TimelineID: TimelineHistory]

    package init(system: SystemIdentifier, segments: SegmentRanges, histories: [TimelineID: TimelineHistory]) {
        self.system = system
        self.segments = segments
        self.histories = histories
    }

    /// Lists the WAL in `repositories` and opens the history files with `pipeline`.
    ///
    /// A history file that is listed and cannot be read is a failure, never a timeline without parents.
    package static func read(
        _ system: SystemIdentifier, of cluster: ClusterName, segmentSize: SegmentSize, in repositories: [Repository],
        opening pipeline: OpenPipeline, until deadline: Deadline
    ) throws(OperationError) -> WALInventory {
        var segments = SegmentRanges(segmentSize: segmentSize)
        var holders: [TimelineID: [Repository]] = [:]
        for repository in repositories {
            let prefix = RepositoryLayout.walPrefix(of: cluster, system)
            try repository.forEachObject(below: prefix, until: deadline) { object in
                guard case .wal(_, _, let name) = RepositoryLayout.place(of: object.key) else { return }
                segments.insert(name)
                if case .history(let timeline) = name { holders[timeline, default: []].append(repository) }
            }
        }
        var histories: [TimelineID: TimelineHistory] = [:]
        for (timeline, repositories) in holders.sorted(by: { $0.key < $1.key }) {
            let key = RepositoryLayout.key(of: .history(timeline), in: cluster, system)
            histories[timeline] = try history(timeline, key, repositories, pipeline, deadline)
        }
        return WALInventory(system: system, segments: segments, histories: histories)
    }

    /// Of the first repository that gives it whole.
    private static func history(
        _ timeline: TimelineID, _ key: ObjectKey, _ holders: [Repository], _ pipeline: OpenPipeline,
        _ deadline: Deadline
    ) throws(OperationError) -> TimelineHistory {
        var failure = OperationError(.unavailable, operation: "read", object: key.path, cause: "it has vanished")
        for repository in holders {
            do throws(OperationError) {
                let sink = OctetsSink(limit: TimelineHistory.byteCountMax, object: key.path)
                guard try pipeline.open(key, of: repository.store, into: sink, until: deadline) != nil else { continue }
                do throws(FormatError) {
                    return try TimelineHistory(of: timeline, sink.octets.span)
                } catch {
                    throw OperationError(.damaged, operation: "read", object: key.path, cause: "\(error)")
                }
            } catch {
                failure = error.noting("repository \"\(repository.name)\"")
            }
        }
        throw failure
    }

    /// The history of `timeline`.
    package func history(of timeline: TimelineID) -> TimelineHistory {
        histories[timeline] ?? TimelineHistory(root: timeline)
    }

    /// Every timeline of which there is a segment or a history file, ascending.
    package var timelines: [TimelineID] { segments.timelines.map(\.timeline) }

    /// When the segment that holds the byte before `end` came to be, by the clock of the first repository that tells.
    package static func modified(
        before end: LSN, on timeline: TimelineID, _ system: SystemIdentifier, of cluster: ClusterName,
        segmentSize: SegmentSize, in repositories: [Repository], until deadline: Deadline
    ) throws(OperationError) -> UnixTime? {
        guard end != .invalid else { return nil }
        let name = SegmentName(timeline: timeline, containing: LSN(rawValue: end.rawValue - 1), size: segmentSize)
        let key = RepositoryLayout.key(of: .segment(name), in: cluster, system)
        for repository in repositories {
            do throws(StoreError) {
                if let modified = try repository.store.head(key, until: deadline)?.modified { return modified }
            } catch {
                throw OperationError(error).noting("repository \"\(repository.name)\"")
            }
        }
        return nil
    }
}
