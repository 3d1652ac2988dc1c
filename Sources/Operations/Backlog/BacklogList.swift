/// The WAL files that a best-effort repository still has to get, oldest first in the order in which they were added.
///
/// Bounded: a file for which there is no room is not added, nor is any after it, and the list says that it has
/// overflowed. Whoever empties it then finds the rest by comparing listings, which is why files that come while that
/// goes on are added again.
package struct BacklogList: Equatable, Sendable {
    /// A day of 16 MiB segments at 12 MiB/s, in some megabytes of memory and of disk.
    package static let defaultLimit = 65_536

    /// Whether the list names all that is to be copied.
    package enum Coverage: Int, Comparable, Sendable {
        case complete
        /// A comparison of listings is under way: until its end the list may lack something.
        case comparing
        /// Something was not added, and nothing is any more.
        case overflowed

        package static func < (left: Coverage, right: Coverage) -> Bool { left.rawValue < right.rawValue }
    }

    package struct Entry: Hashable, Sendable {
        package let file: WALObjectName
        /// When it was added: seconds since 1970.
        package let addedSeconds: Int64

        package init(_ file: WALObjectName, addedSeconds: Int64) {
            self.file = file
            self.addedSeconds = addedSeconds
        }
    }

    package let limit: Int
    package private(set) var coverage = Coverage.complete
    /// Those before `head` are gone.
    private var slots: [Entry] = []
    private var head = 0
    private var files: Set<WALObjectName> = []

    package init(limit: Int = defaultLimit) {
        self.limit = limit
    }

    package var count: Int { files.count }
    package var isEmpty: Bool { files.isEmpty }
    package var hasOverflowed: Bool { coverage == .overflowed }
    /// Oldest first.
    package var entries: ArraySlice<Entry> { slots[head...] }

    package func contains(_ file: WALObjectName) -> Bool { files.contains(file) }

    /// Whether the entry is new and has been added.
    @discardableResult
    package mutating func add(_ entry: Entry) -> Bool {
        guard !hasOverflowed, !files.contains(entry.file) else { return false }
        guard count < limit else {
            coverage = .overflowed
            return false
        }
        slots.append(entry)
        files.insert(entry.file)
        return true
    }

    /// Those of `entries` that `add` would add, and whether it would have no room for others.
    package func fitting(_ entries: [Entry]) -> (new: [Entry], overflows: Bool) {
        guard !hasOverflowed else { return ([], false) }
        let unknown = entries.filter { !files.contains($0.file) }
        let room = max(limit - count, 0)
        return (Array(unknown.prefix(room)), unknown.count > room)
    }

    /// False when there is no such file.
    @discardableResult
    package mutating func remove(_ file: WALObjectName) -> Bool {
        guard files.remove(file) != nil, let index = entries.firstIndex(where: { $0.file == file }) else {
            return false
        }
        // The oldest goes first as a rule; moving all the others each time would take longer than copying.
        if index == head { head += 1 } else { slots.remove(at: index) }
        if head > slots.count / 2 {
            slots.removeFirst(head)
            head = 0
        }
        return true
    }

    /// Takes back what was said about the list's completeness, or says more.
    package mutating func set(_ coverage: Coverage) { self.coverage = coverage }

    package static func == (left: BacklogList, right: BacklogList) -> Bool {
        (left.limit, left.coverage) == (right.limit, right.coverage) && left.entries == right.entries
    }
}
