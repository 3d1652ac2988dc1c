import Format
import Platform
import Stream

/// Keeps the next segments complete beside `pg_wal` while a recovery goes on.
///
/// One per directory. Several lanes fetch; the calling thread watches what has been asked for and whether the
/// recovery still goes on.
final class Prefetcher: Sendable {
    private let source: WALSource
    private let directory: PrefetchDirectory
    private let permissions: UInt16
    private let lanes: Int
    private let idleSeconds: Double
    private let state: Gate<State>

    /// Segments fetched at the same time: from a store that answers in 50 ms, some twenty come in a second.
    static let lanesMax = 8
    /// No segment taken for so long: a recovery that is paused or replays one segment for minutes starts us again.
    static let idleSeconds = 60.0
    /// How often the directory is looked at: a segment replays in 50 ms or more.
    private static let watchSeconds = 0.02
    /// The segment behind the archive's end is asked for after pauses that grow from the first to the last. A standby
    /// is to have it soon after it is there; a recovery that ends asks for it by itself.
    private static let missingSeconds = (first: 0.25, last: 5.0)
    static let missingStandbySeconds = 0.5
    /// Trouble is the foreground's to report; here it only pauses the lanes.
    private static let troubleSeconds = 1.0
    /// What one fetch may take: the recovery may end meanwhile, and this process with it.
    private static let fetchSeconds = 60.0

    private struct State: Sendable {
        var window: PrefetchWindow
        var pace: PrefetchPace
        let missingPauseMax: Double
        var patience: Deadline
        var missingPause = Prefetcher.missingSeconds.first
        var pausedUntil = Deadline.after(seconds: 0)
        var isOver = false

        init(_ window: PrefetchWindow, _ pace: PrefetchPace, _ missingPauseMax: Double, _ patience: Deadline) {
            self.window = window
            self.pace = pace
            self.missingPauseMax = missingPauseMax
            self.patience = patience
            self.window.keep(ahead: pace.ahead)
        }

        /// False when the segment is of no use any more.
        mutating func settle(_ name: SegmentName, _ answer: WALSource.Answer) -> Bool {
            switch answer {
            case .restored:
                missingPause = Prefetcher.missingSeconds.first
                return window.restored(name)
            case .missing:
                guard window.failed(name, isMissing: true) else { return false }
                // Lanes that asked for later segments at the same time say nothing new.
                guard pausedUntil.hasPassed else { return true }
                pausedUntil = .after(seconds: missingPause)
                missingPause = min(missingPause * 2, missingPauseMax)
            case .trouble:
                guard window.failed(name, isMissing: false) else { return false }
                pausedUntil = .after(seconds: Prefetcher.troubleSeconds)
            }
            return true
        }
    }

    /// - Parameters:
    ///   - pace: how many segments are kept ahead, those being fetched included.
    ///   - isStandby: whether the recovery follows an archive that grows.
    init(
        _ source: WALSource, directory: PrefetchDirectory, pace: PrefetchPace, permissions: UInt16,
        isStandby: Bool = false, idleSeconds: Double = Prefetcher.idleSeconds
    ) {
        self.source = source
        self.directory = directory
        self.permissions = permissions
        self.idleSeconds = idleSeconds
        lanes = min(Self.lanesMax, pace.limit)
        let present = (try? directory.segments()) ?? []
        let window = PrefetchWindow(size: source.segmentSize, limit: pace.limit, present: present)
        let pauseMax = isStandby ? Self.missingStandbySeconds : Self.missingSeconds.last
        state = Gate(State(window, pace, pauseMax, .after(seconds: idleSeconds)))
    }

    /// Works until `isNeeded` says no or nobody takes anything, and removes the directory at the end.
    func run(while isNeeded: () -> Bool) {
        directory.sweep()
        let crew = Crew()
        for number in 0..<lanes {
            try? crew.begin(name: "prefetch/\(number)") { self.work() }
        }
        watch(isNeeded)
        state.withLock { $0.isOver = true }
        state.signalAll()
        crew.join()
        directory.remove()
    }

    /// Waits for `name` if it is being fetched; true when that has ended in time, well or not.
    func awaitArrival(of name: SegmentName, until deadline: Deadline) -> Bool {
        let isComing = state.withLock { state in
            guard state.window.inFlight.contains(name) else { return false }
            state.pace.starved()
            state.window.keep(ahead: state.pace.ahead)
            return true
        }
        guard isComing else { return false }
        state.signalAll()
        return state.wait(until: deadline) { $0.window.inFlight.contains(name) ? nil : true } ?? false
    }

    /// A standby waits for `name`, which is not in the archive yet.
    func expect(_ name: SegmentName) {
        let isCovered = state.withLock { state in
            state.patience = .after(seconds: idleSeconds)
            return state.window.covers(name)
        }
        guard !isCovered, let previous = name.previous(size: source.segmentSize) else { return }
        go(behind: previous)
        state.signalAll()
    }

    private func watch(_ isNeeded: () -> Bool) {
        var last: PrefetchDirectory.Request?
        while isNeeded(), !state.withLock({ $0.patience }).hasPassed {
            var hasMoved = false
            if let request = directory.requested(), request != last {
                // The first tells where to begin; one behind another segment, that the server had to help itself.
                if let last, last.name != request.name { state.withLock { $0.pace.starved() } }
                last = request
                go(behind: request.name)
                hasMoved = true
            }
            if noticeTaken() { hasMoved = true }
            if hasMoved {
                state.withLock { $0.patience = .after(seconds: idleSeconds) }
                state.signalAll()
            }
            Clock.sleep(seconds: Self.watchSeconds)
        }
    }

    private func go(behind name: SegmentName) {
        let unwanted = state.withLock { state in
            state.window.keep(ahead: state.pace.ahead)
            state.missingPause = Self.missingSeconds.first
            state.pausedUntil = .after(seconds: 0)
            return state.window.go(behind: name)
        }
        for name in unwanted { directory.discard(name) }
    }

    /// Compares with the directory; true when something was taken.
    private func noticeTaken() -> Bool {
        // In this order: what arrives in between is not taken for gone.
        let earlier = state.withLock { $0.window.waiting }
        guard let present = try? directory.segments() else { return false }
        let now = Self.now
        let unwanted = state.withLock { state in
            let before = state.window.waiting.count
            let unwanted = state.window.notice(present: present, of: earlier)
            state.pace.took(before - state.window.waiting.count - (unwanted?.count ?? 0), at: now)
            state.window.keep(ahead: state.pace.ahead)
            return unwanted
        }
        for name in unwanted ?? [] { directory.discard(name) }
        return unwanted != nil
    }

    private func work() {
        while let name = claim() {
            let place = FetchPlace(ahead: directory, name: name, permissions: permissions)
            let start = Self.now
            // Nobody is told that it is missing.
            let answer = source.fetch(
                .segment(name), into: place, until: .after(seconds: Self.fetchSeconds), trustsProofs: true)
            let seconds = Self.now - start
            let isWanted = state.withLock { state in
                if case .restored = answer { state.pace.fetched(seconds: seconds) }
                return state.settle(name, answer)
            }
            if !isWanted { directory.discard(name) }
            state.signalAll()
        }
    }

    /// The next segment to fetch, when there is room for one and no pause; nil at the end.
    private func claim() -> SegmentName? {
        while true {
            let pause = state.withLock { $0.pausedUntil }
            let step: Step? = state.wait(until: pause.hasPassed ? .never : pause) { state in
                if state.isOver { return .end }
                guard state.pausedUntil.hasPassed else { return pause.hasPassed ? .lookAgain : nil }
                return state.window.begin().map { .fetch($0) }
            }
            switch step {
            case .fetch(let name): return name
            case .end: return nil
            case .lookAgain, nil: continue
            }
        }
    }

    private static var now: Double { Double(Clock.monotonicNanoseconds()) / 1e9 }

    private enum Step {
        case fetch(SegmentName)
        case end
        case lookAgain
    }
}
