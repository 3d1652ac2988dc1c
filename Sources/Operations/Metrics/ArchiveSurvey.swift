import Codec
import Format
import Platform
import Postgres
import Storage
import Stream

/// Looks at what there is of a cluster's archive, without an agent: in every repository, and in `pg_wal`.
///
/// It costs a listing of all WAL, the reading of every backup's summary, and some requests more, for each repository.
/// So it is for `trunkline metrics`, and for an agent now and then.
package struct ArchiveSurvey: Sendable {
    /// What waits for a repository, by its name; nil for one without a backlog.
    typealias Backlog = @Sendable (_ repository: String) -> BacklogState?

    private let cluster: ClusterConfiguration
    private let repositories: [Repository]
    private let signers: [Codec.Signer]
    private let pipeline: OpenPipeline?
    private let backlog: Backlog

    /// A repository that does not answer within this time is down: collectors run every few minutes, and wait.
    private static let answerSeconds = 20.0
    /// One that does may take as long as this: a listing of a million segments takes a thousand requests.
    private static let deadlineSeconds = 180.0

    /// - Parameter repositories: of the configuration, opened.
    package init(
        _ configuration: Configuration, cluster: ClusterConfiguration, repositories: [Repository]
    ) throws(OperationError) {
        let keys = try HostKeys(configuration.encryption)
        let pipeline = try keys.quietParameters.map { (parameters) throws(OperationError) in
            try OpenPipeline(Self.openSettings(parameters))
        }
        let settings = configuration.repositories.filter { !$0.isRequired }
        self.init(
            cluster: cluster, repositories: repositories, signers: try keys.signers(), pipeline: pipeline
        ) { name in
            guard let repository = settings.first(where: { $0.name == name }) else { return nil }
            return BacklogFile(
                stateDirectory: cluster.stateDirectory, cluster: cluster.name, repository: repository,
                limit: configuration.agent.backlogEntries
            ).state
        }
    }

    init(
        cluster: ClusterConfiguration, repositories: [Repository], signers: [Codec.Signer], pipeline: OpenPipeline?,
        backlog: @escaping Backlog = { _ in nil }
    ) {
        self.cluster = cluster
        self.repositories = repositories
        self.signers = signers
        self.pipeline = pipeline
        self.backlog = backlog
    }

    /// Histories of timelines are all that is opened, and short: one thread, one small piece ahead.
    private static func openSettings(_ parameters: OpenParameters) -> OpenSettings {
        OpenSettings(parameters: parameters, threads: 1, objects: 1, readBytes: 256 << 10, readsAhead: 1)
    }

    /// The bound on what a survey keeps in memory, beside the names of backups: listings are read page by page.
    package static func explainMemory(repositories: Int, into sum: inout MemorySum) {
        OpenPipeline.explainMemory(
            openSettings(OpenParameters(identities: [])),
            layout: StreamLayout(cipher: .secretstream, compression: .zstd, blockSize: .standard), into: &sum)
        sum.add(
            "pages of listings and summaries of backups", count: repositories, byteCount: listingBytes)
    }

    /// A page of a thousand names as a document and as values, and some summaries of a few KiB each.
    private static let listingBytes = 2 << 20

    /// Looks everywhere, at all repositories at once, so that one in trouble does not make the others' answers old.
    package func run() -> ArchiveFindings {
        let found = Gate<[Int: ArchiveFindings.Place]>([:])
        let system = currentSystem()
        try? Crew.each(below: repositories.count, threads: repositories.count, name: "survey") {
            (index) throws(OperationError) in
            let place = self.look(at: self.repositories[index], system)
            found.withLock { $0[index] = place }
        }
        let places = found.withLock { found in found.sorted { $0.key < $1.key }.map(\.value) }
        return ArchiveFindings(cluster: cluster.name, places: places, waiting: waiting(), time: Clock.now())
    }

    /// Nil where the configuration does not say where the data is.
    private func waiting() -> Result<WaitingWAL, OperationError>? {
        guard let directory = cluster.dataDirectory else { return nil }
        do throws(OperationError) {
            return .success(try WaitingWAL.find(in: directory))
        } catch {
            return .failure(error)
        }
    }

    /// The system whose archive is meant, where the server's files tell.
    private func currentSystem() -> SystemIdentifier? {
        guard let path = cluster.dataDirectory, let directory = try? DataDirectory(path) else { return nil }
        return try? ControlFile.read(in: directory).system
    }

    private func look(at repository: Repository, _ system: SystemIdentifier?) -> ArchiveFindings.Place {
        var place = ArchiveFindings.Place(repository: repository.name)
        do throws(OperationError) {
            try repository.requireCluster(cluster.name, until: .after(seconds: Self.answerSeconds))
            let deadline = Deadline.after(seconds: Self.deadlineSeconds)
            let reader = ListingReader(
                cluster: cluster.name, repository: repository, signers: signers, pipeline: pipeline, deadline: deadline)
            let listing = try reader.read()
            place.doubts = listing.refused + listing.damaged
            place.state = .success(try state(listing, system, in: repository, until: deadline))
        } catch {
            place.state = .failure(error)
        }
        place.backlog = backlog(repository.name)
        return place
    }

    /// Of the server's system, or where that is not known or not there yet, of the one that came last.
    private func state(
        _ listing: BackupListing, _ current: SystemIdentifier?, in repository: Repository, until deadline: Deadline
    ) throws(OperationError) -> ArchiveState {
        var state = ArchiveState()
        guard let system = listing.systems.first(where: { $0.system == current }) ?? listing.systems.last else {
            return state
        }
        let backups = system.backups.compactMap { UnixTime(iso8601: $0.stopped) }
        state.backupCount = system.backups.count
        state.backupNewest = backups.max()
        guard let end = system.end else { return state }
        state.durableLSN = end.lsn.rawValue
        state.missingSegments = end.missingSegments
        state.durableTime = try WALInventory.modified(
            before: end.lsn, on: end.lastTimeline, system.system, of: cluster.name, segmentSize: system.segmentSize,
            in: [repository], until: deadline)
        // Where the history of the newest timeline stays closed, nothing is known to lead to it.
        let window = system.windows.last { $0.window.timeline == end.timeline } ?? system.windows.last
        state.windowStart = window.flatMap { UnixTime(iso8601: $0.window.from) }
        state.windowEnd = window?.until
        return state
    }
}

extension BacklogFile {
    /// What it says; nil where that cannot be known, because it cannot be read.
    fileprivate var state: BacklogState? {
        let list = load()
        guard !list.isEmpty || !list.hasOverflowed else { return nil }
        return BacklogState(
            fileCount: list.count, oldest: list.entries.map(\.addedSeconds).min().map { UnixTime(seconds: $0) })
    }
}
