import Platform
import Stream

/// Looks what one server wants archived: when the kernel tells of a change in `archive_status`, when somebody asks, and
/// now and then by itself.
final class ArchiveWatch: Sendable {
    private let service: PushService
    private let crew = Crew()
    private let state = Gate(State())

    private struct State: Sendable {
        var isOver = false
        var isWoken = true
        var ear: Ear?
    }

    /// A watch that two threads know: one waits, the other ends the waiting.
    private final class Ear: Sendable {
        let watch: DirectoryWatch

        init(_ directory: String) throws(PlatformError) { watch = try DirectoryWatch(directory) }
    }

    /// Without news it looks all the same: a file system may not tell, and news may get lost.
    private static let idleSeconds = 1.0
    /// A directory of so many files that reading it takes long is not read all the time: each look is followed by a
    /// pause of this many times its length, in which further news gather.
    private static let pauseShare = 9.0
    private static let pauseSecondsMin = 0.01
    /// How often what is known to be durable is written down, for a process that takes over after a crash.
    private static let ledgerSeconds = 15.0

    init(_ service: PushService) {
        self.service = service
    }

    /// Starts the threads; without one to be had, requests alone say what there is to do.
    func begin() {
        try? crew.begin(name: "watch") { self.look() }
        try? crew.begin(name: "notify") { self.listen() }
    }

    func wake() {
        state.withLock { $0.isWoken = true }
        state.signalAll()
    }

    /// Returns when the threads have ended.
    func end() {
        let ear = state.withLock { state in
            state.isOver = true
            return state.ear
        }
        state.signalAll()
        ear?.watch.wake()
        crew.join()
    }

    private var isOver: Bool { state.withLock { $0.isOver } }

    private func look() {
        var survey = Deadline.after(seconds: 0)
        var ledger = Deadline.after(seconds: Self.ledgerSeconds)
        while waitForNews() {
            let start = Clock.monotonicNanoseconds()
            if service.isHungry { service.lookAround() }
            if survey.hasPassed {
                service.survey()
                survey = .after(seconds: Self.idleSeconds)
            }
            if ledger.hasPassed {
                service.keepLedger()
                ledger = .after(seconds: Self.ledgerSeconds)
            }
            let seconds = Double(Clock.monotonicNanoseconds() - start) / 1e9
            Clock.sleep(seconds: min(max(seconds * Self.pauseShare, Self.pauseSecondsMin), Self.idleSeconds))
        }
    }

    /// False at the end.
    private func waitForNews() -> Bool {
        let isOver: Bool? = state.wait(until: .after(seconds: Self.idleSeconds)) { state in
            guard state.isOver || state.isWoken else { return nil }
            state.isWoken = false
            return state.isOver
        }
        return isOver != true
    }

    /// The directory may come and go with the server: it is looked for until the end.
    private func listen() {
        while !isOver {
            guard let ear = try? Ear(service.statusDirectory) else {
                let _: Void? = state.wait(until: .after(seconds: Self.idleSeconds)) { $0.isOver ? () : nil }
                continue
            }
            state.withLock { $0.ear = ear }
            while !isOver, !ear.watch.isGone,
                let hasChanged = try? ear.watch.wait(until: .after(seconds: Self.idleSeconds))
            {
                if hasChanged { wake() }
            }
        }
    }
}
