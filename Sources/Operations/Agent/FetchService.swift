import Codec
import Format
package import Platform
import Postgres

/// Brings archived WAL files back for any number of servers, with warm connections and with segments ahead.
///
/// Everything is looked up from the absolute path of the target: the working directory of this process has nothing to
/// do with the servers'. A direct `trunkline wal fetch` beside it uses the same directories, under the same locks.
package final class FetchService: Sendable {
    private let configuration: Configuration
    private let sources: WarmSources
    private let targets = FetchTargets()
    private let runs = PrefetchRuns()
    /// By the directory in which segments wait.
    private let standbys = Gate<[String: StandbyPatience]>([:])
    /// Seconds, for the patience with standbys alone.
    private let clock: @Sendable () -> Double

    /// Objects that servers wait for, besides those that are fetched ahead.
    private static let foregroundObjects = 2
    /// A segment that is just coming is waited for so long before it is fetched twice.
    private static let arrivalSeconds = 2.0
    /// How soon a standby that is kept waiting gets what has come.
    private static let lookSeconds = 0.05
    /// Standbys that something is remembered of.
    private static let standbysMax = 64
    /// What `pg_ctl promote` makes (`PROMOTE_SIGNAL_FILE`, access/xlog.h): the server wants to end its recovery.
    private static let promoteSignal = "promote"

    /// Connects to nothing, and reads no key before the first file.
    ///
    /// - Parameters:
    ///   - repositories: those of the configuration, opened.
    ///   - clock: tells seconds that only ever grow, for how long standbys are kept waiting.
    package init(
        _ configuration: Configuration, repositories: [Repository],
        clock: @escaping @Sendable () -> Double = { Double(Clock.monotonicNanoseconds()) / 1e9 }
    ) {
        self.configuration = configuration
        self.clock = clock
        sources = WarmSources(configuration, repositories: repositories)
    }

    /// Adds the bound on what all fetches together keep in memory.
    package static func explainMemory(_ configuration: Configuration, into sum: inout MemorySum) {
        OpenPipeline.explainMemory(
            openSettings(OpenParameters(identities: []), configuration.wal),
            layout: StreamLayout(cipher: .secretstream, compression: .zstd, blockSize: .standard), into: &sum)
    }

    static func openSettings(_ parameters: OpenParameters, _ wal: WALConfiguration) -> OpenSettings {
        FetchWAL.openSettings(parameters, wal, objects: Prefetcher.lanesMax + foregroundObjects)
    }

    /// Puts the file `name` (PostgreSQL's `%f`) at `target` (`%p`, made absolute), complete or not at all.
    ///
    /// Blocks, for as long as `wal.fetch-deadline` in a recovery that ends, and some ten seconds otherwise; may be
    /// called from many threads at once. A call for a target makes every earlier one for the same target void.
    ///
    /// - Parameters:
    ///   - cluster: nil for the only one that the repositories hold.
    ///   - isAbandoned: whether nobody waits for the answer any more; then nothing is put at the target. Asked right
    ///     before that, and while a standby is kept waiting.
    package func fetch(
        _ name: String, to target: String, of cluster: ClusterConfiguration?, caller: FetchCaller,
        isAbandoned: @escaping @Sendable () -> Bool = { false }
    ) throws(OperationError) -> FetchWAL.Outcome {
        let asked = clock()
        let fetch = fetch(of: cluster, caller)
        let runs = runs
        let claim = targets.claim(target) { runs.isOver || isAbandoned() }
        let call = try fetch.call(name, to: target, claim: claim)
        if fetch.handOver(call) { return restored(call) }
        guard let segment = call.segment, let directory = call.staging?.path else { return try fetch.bring(call) }
        if caller == .standby, remembers(segment, directory) { return .missing }
        let isArriving = runs.prefetcher(for: directory)?
            .awaitArrival(of: segment, until: .after(seconds: Self.arrivalSeconds))
        if isArriving == true, fetch.handOver(call) { return restored(call) }
        if caller == .recovery { beginAhead(of: segment, call, fetch) }
        if try fetch.bring(call) == .restored { return restored(call) }
        guard caller == .standby else { return .missing }
        return keepWaiting(for: segment, call, fetch, asked: asked) ? restored(call) : .missing
    }

    /// Ends the prefetching, and what is being asked for at the next trouble; nothing is put at a target any more.
    /// False when something was still being fetched ahead at the deadline.
    package func stop(until deadline: Deadline) -> Bool { runs.stop(until: deadline) }

    /// Waits for the prefetching to end: let go of it after `stop` has returned true, or with the process.
    deinit { _ = runs.stop(until: .never) }

    private func fetch(of cluster: ClusterConfiguration?, _ caller: FetchCaller) -> FetchWAL {
        FetchWAL(
            configuration, cluster: cluster, sources: sources, caller: caller, workingDirectory: nil
        ) { [self] directory, target in
            prefetch(directory, target, cluster)
        }
    }

    private func prefetch(_ directory: String, _ target: String, _ cluster: ClusterConfiguration?) {
        let fetch = FetchWAL(
            configuration, cluster: cluster, sources: sources, caller: .standby, workingDirectory: nil,
            startPrefetcher: { _, _ in })
        let prefetch = PrefetchWAL(fetch, prefetch: configuration.wal.prefetch)
        runs.begin(directory) { runs, directory in
            // What goes wrong here is met again by whoever asks for a segment.
            try? prefetch.run(
                directory: directory, target: target, isOver: { runs.isOver },
                onBegin: { runs.set($0, for: directory) })
        }
    }

    /// Begins with the segments behind the first one that is asked for while that is on its way.
    private func beginAhead(of segment: SegmentName, _ call: FetchWAL.Call, _ fetch: FetchWAL) {
        guard let staging = call.staging, !runs.isOver, !runs.isAtWork(on: staging.path),
            configuration.wal.prefetch > 0, staging.prepare(), staging.isUnattended
        else { return }
        fetch.goOn(behind: segment, call)
    }
}

// MARK: - Standbys

extension FetchService {
    private func remembers(_ segment: SegmentName, _ directory: String) -> Bool {
        standbys.withLock { $0[directory]?.remembers(segment, now: clock()) ?? false }
    }

    private func restored(_ call: FetchWAL.Call) -> FetchWAL.Outcome {
        if let directory = call.staging?.path { standbys.withLock { $0[directory]?.restored() } }
        return .restored
    }

    /// Whether the segment came while the standby was kept waiting.
    private func keepWaiting(
        for segment: SegmentName, _ call: FetchWAL.Call, _ fetch: FetchWAL, asked: Double
    ) -> Bool {
        guard let directory = call.staging?.path else { return false }
        let (isAwaited, holdSeconds) = standbys.withLock { standbys in
            if standbys[directory] == nil, standbys.count >= Self.standbysMax { standbys = [:] }
            return standbys[directory, default: StandbyPatience()].missed(segment, asked: asked)
        }
        if isAwaited { expect(segment, call, fetch) }
        guard configuration.wal.prefetch > 0 else { return false }
        while clock() < asked + holdSeconds, isWaiting(call, fetch) {
            Clock.sleep(seconds: Self.lookSeconds)
            if fetch.handOver(call) { return true }
        }
        standbys.withLock { $0[directory]?.remember(segment, now: clock()) }
        return false
    }

    /// Has the archive looked at until the segment is there.
    private func expect(_ segment: SegmentName, _ call: FetchWAL.Call, _ fetch: FetchWAL) {
        guard let directory = call.staging?.path else { return }
        if let prefetcher = runs.prefetcher(for: directory) { return prefetcher.expect(segment) }
        guard !runs.isOver, let size = fetch.segmentSize(call.target),
            let previous = segment.previous(size: size)
        else { return }
        fetch.goOn(behind: previous, call)
    }

    /// Whether somebody waits, as a standby that wants nothing else.
    private func isWaiting(_ call: FetchWAL.Call, _ fetch: FetchWAL) -> Bool {
        guard call.claim?.isVoid != true, let data = (try? fetch.dataDirectory(call.target)) ?? nil,
            (try? RecoveryMode(of: data)) == .standby
        else { return false }
        return ((try? FileSystem.status(of: "\(data.path)/\(Self.promoteSignal)")) ?? nil) == nil
    }
}
