/// What the lanes of a copier do next: a pure function of what has been added, copied, and gone wrong.
///
/// Oldest first. While the repository is in trouble one lane tries, after pauses that grow. `now` is in seconds of a
/// clock that only ever grows.
struct BacklogQueue: Sendable {
    private(set) var list: BacklogList
    private(set) var underWay: Set<WALObjectName> = []
    /// Copied or set aside, and perhaps still in the file.
    private(set) var removed: Set<WALObjectName> = []
    private(set) var isComparing = false
    private(set) var overflowCount = 0
    private(set) var asideCount = 0
    /// Why the last attempt failed; nil since something succeeded.
    private(set) var trouble: String?
    /// Attempts that failed since the last success.
    private(set) var failureCount = 0
    private var pausedUntil = 0.0

    /// Grows by doubling from the first to the last, which is how late a repository that is back is noticed at most.
    static let pauseSeconds = (first: 1.0, last: 60.0)
    /// A file with so many entries that are gone, and more of those than of others, is worth its replacement.
    static let removedMin = 64

    enum Step: Equatable, Sendable {
        case copy(BacklogList.Entry)
        /// The listings are to be compared.
        case compare
        /// Nothing until then, or until something changes.
        case wait(until: Double?)
    }

    init(_ list: BacklogList) {
        self.list = list
        // Nobody goes on with a comparison that an earlier process began.
        if list.coverage == .comparing { self.list.set(.overflowed) }
    }

    /// Whether the file is to be replaced by one without what is gone.
    var isDueForSettling: Bool { removed.count >= max(Self.removedMin, list.count) }

    mutating func next(now: Double) -> Step {
        guard now >= pausedUntil else { return .wait(until: pausedUntil) }
        if trouble != nil, !underWay.isEmpty || isComparing { return .wait(until: nil) }
        if let entry = list.entries.first(where: { !underWay.contains($0.file) }) {
            underWay.insert(entry.file)
            return .copy(entry)
        }
        guard list.isEmpty, list.hasOverflowed, !isComparing else { return .wait(until: nil) }
        isComparing = true
        return .compare
    }

    /// Of `entries`, those that are new and for which there was room.
    mutating func add(_ entries: [BacklogList.Entry]) -> [BacklogList.Entry] {
        let before = list.coverage
        let added = entries.filter { list.add($0) }
        for entry in added { removed.remove(entry.file) }
        if list.hasOverflowed, before != .overflowed { overflowCount += 1 }
        return added
    }

    /// The target has the file.
    mutating func copied(_ file: WALObjectName) {
        drop(file)
        recover()
    }

    /// The file can never be copied.
    mutating func setAside(_ file: WALObjectName, because cause: String) {
        drop(file)
        recover()
        asideCount += 1
    }

    /// True when this is the beginning of trouble.
    @discardableResult
    mutating func failed(_ file: WALObjectName, because cause: String, now: Double) -> Bool {
        underWay.remove(file)
        return pause(cause, now)
    }

    /// The listings are about to be read: what comes from now on is taken again.
    mutating func beganComparing() { list.set(.comparing) }

    /// The listings were compared; not to their end when the list had no more room, or somebody said to stop.
    mutating func compared(toTheEnd isAll: Bool) {
        isComparing = false
        if !isAll { list.set(.overflowed) } else if list.coverage == .comparing { list.set(.complete) }
        recover()
    }

    @discardableResult
    mutating func failedComparing(because cause: String, now: Double) -> Bool {
        isComparing = false
        list.set(.overflowed)
        return pause(cause, now)
    }

    /// The file has been replaced by one without `gone`, and says `file` now, to which others may have added.
    mutating func settled(_ gone: Set<WALObjectName>, _ file: BacklogList) {
        let foreign = file.entries.filter { !removed.contains($0.file) }
        removed.subtract(gone)
        _ = add(Array(foreign))
        guard file.coverage > list.coverage else { return }
        if file.hasOverflowed { overflowCount += 1 }
        list.set(file.coverage)
    }

    private mutating func drop(_ file: WALObjectName) {
        underWay.remove(file)
        if list.remove(file) { removed.insert(file) }
    }

    private mutating func recover() {
        trouble = nil
        failureCount = 0
        pausedUntil = 0
    }

    private mutating func pause(_ cause: String, _ now: Double) -> Bool {
        let isNew = trouble == nil
        trouble = cause
        let doublings = min(failureCount, 16)
        failureCount += 1
        pausedUntil = now + min(Self.pauseSeconds.first * Double(1 << doublings), Self.pauseSeconds.last)
        return isNew
    }
}
