import Format
import Platform
import Stream

/// Keeps the next segments complete beside `pg_wal` while a recovery goes on.
///
/// One process per directory. Several lanes fetch; the calling thread watches what has been asked for and whether the
/// recovery still goes on.
final class Prefetcher: Sendable {
    private let source: WALSource
    private let directory: PrefetchDirectory
    private let permissions: UInt16
    private let lanes: Int
    private let idleSeconds: Double
    private let state: Gate<State>

    /// Segments fetched at the same time: hides the latency of a store without loading it.
    static let lanesMax = 4
    /// No segment taken for so long: a recovery that is paused or replays one segment for minutes starts us again.
    static let idleSeconds = 60.0
    /// How often the directory is looked at: a segment replays in 50 ms or more.
    private static let watchSeconds = 0.02
    /// The segment behind the archive's end is asked for so often at most.
    private static let missingSeconds = (first: 0.25, last: 5.0)
    /// Trouble is the foreground's to report; here it only pauses the lanes.
    private static let troubleSeconds = 1.0
    /// What one fetch may take: the recovery may end meanwhile, and this process with it.
    private static let fetchSeconds = 60.0

    private struct State: Sendable {
        var window: PrefetchWindow
        var missingPause = Prefetcher.missingSeconds.first
        var pausedUntil = Deadline.after(seconds: 0)
        var isOver = false

        init(_ window: PrefetchWindow) { self.window = window }

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
                missingPause = min(missingPause * 2, Prefetcher.missingSeconds.last)
            case .trouble:
                guard window.failed(name, isMissing: false) else { return false }
                pausedUntil = .after(seconds: Prefetcher.troubleSeconds)
            }
            return true
        }
    }

    /// - Parameter window: segments kept ahead, those being fetched included.
    init(
        _ source: WALSource, directory: PrefetchDirectory, window: Int, permissions: UInt16,
        idleSeconds: Double = Prefetcher.idleSeconds
    ) {
        self.source = source
        self.directory = directory
        self.permissions = permissions
        self.idleSeconds = idleSeconds
        lanes = min(Self.lanesMax, window)
        let present = (try? directory.segments()) ?? []
        state = Gate(State(PrefetchWindow(size: source.segmentSize, limit: window, present: present)))
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

    private func watch(_ isNeeded: () -> Bool) {
        var patience = Deadline.after(seconds: idleSeconds)
        var last: PrefetchDirectory.Request?
        while isNeeded(), !patience.hasPassed {
            var hasMoved = false
            if let request = directory.requested(), request != last {
                last = request
                go(behind: request.name)
                hasMoved = true
            }
            if noticeTaken() { hasMoved = true }
            if hasMoved {
                patience = .after(seconds: idleSeconds)
                state.signalAll()
            }
            Clock.sleep(seconds: Self.watchSeconds)
        }
    }

    private func go(behind name: SegmentName) {
        let unwanted = state.withLock { state in
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
        let unwanted = state.withLock { $0.window.notice(present: present, of: earlier) }
        for name in unwanted ?? [] { directory.discard(name) }
        return unwanted != nil
    }

    private func work() {
        while let name = claim() {
            let place = FetchPlace(ahead: directory, name: name, permissions: permissions)
            let answer = source.fetch(.segment(name), into: place, until: .after(seconds: Self.fetchSeconds))
            let isWanted = state.withLock { $0.settle(name, answer) }
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

    private enum Step {
        case fetch(SegmentName)
        case end
        case lookAgain
    }
}
