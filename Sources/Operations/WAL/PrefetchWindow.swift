import Format

/// Which segments are to be kept ahead of a recovery: those behind the last one that PostgreSQL has got, `ahead` of
/// them and at most `limit`, on its timeline.
struct PrefetchWindow: Equatable, Sendable {
    private let size: SegmentSize
    private let limit: Int
    /// How many are fetched now; what is there already stays wanted up to `limit`.
    private var ahead: Int
    /// The segment that PostgreSQL got last; nil until it is known.
    private var base: SegmentName?
    /// Where to look for the next segment to begin; nil at the end of all positions.
    private var next: SegmentName?
    /// The archive ended here when it was last asked: one look at a time is enough.
    private var isAtEnd = false
    /// Complete, and not yet taken.
    private(set) var waiting: Set<SegmentName>
    private(set) var inFlight: Set<SegmentName> = []

    /// - Parameter present: what an earlier process left complete.
    init(size: SegmentSize, limit: Int, present: Set<SegmentName> = []) {
        self.size = size
        self.limit = limit
        ahead = limit
        waiting = present
    }

    /// Whether `name` is what the recovery takes next, or among what is fetched for it.
    func covers(_ name: SegmentName) -> Bool {
        inFlight.contains(name) || waiting.contains(name) || base?.next(size: size) == name
    }

    /// From now on so many are kept ahead.
    mutating func keep(ahead: Int) { self.ahead = min(max(ahead, 1), limit) }

    /// PostgreSQL has got `name` by itself: what comes behind it is wanted now. Returns what no longer is.
    mutating func go(behind name: SegmentName) -> Set<SegmentName> {
        base = name
        next = name.next(size: size)
        isAtEnd = false
        return dropUnwanted()
    }

    /// Of what was waiting `earlier`, only `present` is still there. Returns what no longer is wanted, or nil when
    /// nothing was taken.
    mutating func notice(present: Set<SegmentName>, of earlier: Set<SegmentName>) -> Set<SegmentName>? {
        let taken = waiting.intersection(earlier).subtracting(present)
        guard !taken.isEmpty else { return nil }
        waiting.subtract(taken)
        if let last = taken.filter({ name in base.map { $0.timeline == name.timeline && $0 < name } ?? true }).max() {
            base = last
            next = next ?? last.next(size: size)
        }
        return dropUnwanted()
    }

    /// The next segment to fetch, if there is room and sense in one.
    mutating func begin() -> SegmentName? {
        while let name = next, waiting.contains(name) || inFlight.contains(name) { next = name.next(size: size) }
        guard let name = next, isWanted(name), waiting.count + inFlight.count < ahead, !isAtEnd || inFlight.isEmpty
        else { return nil }
        inFlight.insert(name)
        next = name.next(size: size)
        return name
    }

    /// `name` is complete; false when nobody wants it any more.
    mutating func restored(_ name: SegmentName) -> Bool {
        inFlight.remove(name)
        guard isWanted(name) else { return false }
        isAtEnd = false
        waiting.insert(name)
        return true
    }

    /// `name` could not be had, because the archive ends before it or for another reason: it is to be asked for again.
    /// False when nobody wants it any more.
    mutating func failed(_ name: SegmentName, isMissing: Bool) -> Bool {
        inFlight.remove(name)
        guard isWanted(name) else { return false }
        if isMissing { isAtEnd = true }
        if next.map({ name < $0 }) ?? true { next = name }
        return true
    }

    private func isWanted(_ name: SegmentName) -> Bool {
        guard let base, name.timeline == base.timeline, base < name, let start = base.number(size: size),
            let number = name.number(size: size)
        else { return false }
        return number - start <= UInt64(limit)
    }

    private mutating func dropUnwanted() -> Set<SegmentName> {
        let unwanted = waiting.filter { !isWanted($0) }
        waiting.subtract(unwanted)
        return unwanted
    }
}
