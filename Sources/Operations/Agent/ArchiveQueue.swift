import Format

/// Which waiting WAL files of one server are archived next: those that PostgreSQL has asked for, then the others in its
/// order. A value that knows no clock: whoever calls says what time it is.
struct ArchiveQueue: Sendable {
    /// Nanoseconds of a clock that only grows.
    typealias Instant = UInt64

    /// How often a file had been tried when somebody asked for it: what ends later is the answer.
    struct Ticket: Equatable, Sendable {
        fileprivate let triesEnded: Int
    }

    private enum Stage: Equatable, Sendable {
        case waiting
        case underWay
        /// Failed, and not asked for again: to be tried from then on.
        case resting(until: Instant)
    }

    private struct Entry: Sendable {
        var stage = Stage.waiting
        var requesters = 0
        var triesEnded = 0
        var failure: OperationError?
        var restSeconds = ArchiveQueue.restSeconds.first
    }

    private var entries: [WALFileName: Entry] = [:]

    /// A file that nobody has asked for and that failed is left alone for so long, doubled from failure to failure:
    /// PostgreSQL asks in its time, and then the file is tried at once.
    private static let restSeconds = (first: 1.0, last: 60.0)

    init() {}

    /// Files known that are not durable yet.
    var count: Int { entries.count }
    /// Those nobody works on.
    var idleCount: Int { entries.count - underWayCount }
    var underWayCount: Int { entries.values.count { $0.stage == .underWay } }

    /// `names` are all that wait, as far as they are of interest; what nobody works on or asks for and is not among
    /// them is forgotten.
    mutating func saw(_ names: [WALFileName]) {
        let present = Set(names)
        entries = entries.filter { name, entry in
            present.contains(name) || entry.stage == .underWay || entry.requesters > 0
        }
        for name in names where entries[name] == nil { entries[name] = Entry() }
    }

    /// Somebody waits for the file, until `leave`.
    mutating func request(_ name: WALFileName) -> Ticket {
        var entry = entries[name] ?? Entry()
        entry.requesters += 1
        if entry.stage != .underWay { entry.stage = .waiting }
        entries[name] = entry
        return Ticket(triesEnded: entry.triesEnded)
    }

    mutating func leave(_ name: WALFileName) {
        guard var entry = entries[name] else { return }
        entry.requesters -= 1
        entries[name] = entry.requesters == 0 && entry.stage == Self.done ? nil : entry
    }

    /// Why the file could not be archived since it was asked for; nil while there is no answer.
    func failure(of name: WALFileName, since ticket: Ticket) -> OperationError? {
        guard let entry = entries[name], entry.triesEnded > ticket.triesEnded else { return nil }
        return entry.failure
    }

    /// Whether a try of the file has ended since it was asked for.
    func hasEnded(_ name: WALFileName, since ticket: Ticket) -> Bool {
        entries[name].map { $0.triesEnded > ticket.triesEnded } ?? true
    }

    /// The file to work on now, which is then under way; nil when there is none.
    mutating func begin(at now: Instant) -> WALFileName? {
        let ready = entries.filter { _, entry in
            switch entry.stage {
            case .waiting: true
            case .underWay: false
            case .resting(let until): until <= now
            }
        }
        let requested = ready.filter { $0.value.requesters > 0 }
        guard let next = (requested.isEmpty ? ready : requested).keys.min() else { return nil }
        entries[next]?.stage = .underWay
        return next
    }

    /// When the first of the resting files may be tried again; nil when none rests.
    var nextTry: Instant? {
        entries.values.compactMap { entry in
            if case .resting(let until) = entry.stage, until < .max { until } else { nil }
        }.min()
    }

    /// The file is durable. Those who asked are told by whoever remembers that; here it is forgotten.
    mutating func succeeded(_ name: WALFileName) {
        guard let entry = entries[name], entry.requesters > 0 else {
            entries[name] = nil
            return
        }
        entries[name] = Entry(requesters: entry.requesters, triesEnded: entry.triesEnded + 1)
        entries[name]?.stage = Self.done
    }

    /// Durable: nobody is to begin it again while those who asked have not looked.
    private static let done = Stage.resting(until: .max)

    mutating func failed(_ name: WALFileName, _ error: OperationError, at now: Instant) {
        guard var entry = entries[name] else { return }
        entry.triesEnded += 1
        entry.failure = error
        entry.stage = .resting(until: now + Instant(entry.restSeconds * 1e9))
        entry.restSeconds = min(entry.restSeconds * 2, Self.restSeconds.last)
        entries[name] = entry
    }
}
