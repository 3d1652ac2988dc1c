import Codec
import Format
import Platform
import Postgres
import Storage
import Stream

/// `backup`: a base backup of a running server, complete by itself, that stores only what no earlier one has.
package struct Backup: Sendable {
    let configuration: Configuration
    let cluster: ClusterConfiguration
    let environment: [String: String]
    let request: BackupRequest
    let progress: any ProgressObserver

    /// Small objects around the backup: long enough for a store that has a bad quarter of an hour.
    static let smallDeadlineSeconds = 900.0

    package init(
        _ configuration: Configuration, cluster: ClusterConfiguration, environment: [String: String],
        request: BackupRequest, progress: any ProgressObserver
    ) {
        self.configuration = configuration
        self.cluster = cluster
        self.environment = environment
        self.request = request
        self.progress = progress
    }

    package func run() throws(OperationError) -> BackupReport {
        try checkAnnotations()
        let state = BackupState(cluster)
        let lock = try state.lock()
        defer { withExtendedLifetime(lock) {} }
        let began = Clock.monotonicNanoseconds()
        let link = try ServerLink(cluster, isStandby: request.isFromStandby)
        defer { link.server.abandon() }
        let (repositories, warnings) = try Repositories.holding(
            link.control.system, of: cluster, configuration, environment: environment,
            until: .after(seconds: Self.smallDeadlineSeconds))
        let run = try BackupRun(self, state: state, link: link, repositories: repositories, began: began)
        let report = try run.run()
        return BackupReport(
            summary: report.summary, pageErrors: report.pageErrors, resumedByteCount: report.resumedByteCount,
            warnings: warnings + report.warnings)
    }

    /// The bound on what a backup keeps in memory.
    package func explainMemory() throws(OperationError) -> MemorySum {
        let keys = try HostKeys(configuration.encryption)
        let chapters = ChapterSettings(
            parameters: try keys.chapterParameters(), level: configuration.backup.compressionLevel)
        var sum = MemorySum()
        sum.add(
            "workers: block, chapter being sealed", count: workers, byteCount: BackupWorker.byteCount(chapters))
        sum.add("chunks of packs", count: chunkCount, byteCount: BackupScene.chunkBytes)
        SealPipeline.explainMemory(try manifestSettings(keys), into: &sum)
        let state = BackupState(cluster)
        sum.add(
            "block index and manifest, by the size of the last and of the files", count: Self.manifestCopies,
            byteCount: manifestByteCount(state) + Self.manifestBytesMin)
        if let journal = (try? FileSystem.status(of: state.journalPath))?.size {
            sum.add("journal of an interrupted backup", count: Self.journalCopies, byteCount: Int(clamping: journal))
        }
        sum.add("WAL summaries, and room of collections", count: 2, byteCount: ChangedBlocks.bytesMax)
        sum.add("one file of WAL summaries", byteCount: SummaryReader.byteCountMax)
        sum.add("program, libraries and thread stacks", byteCount: PushWAL.programBytes)
        return sum
    }

    /// Bytes of the manifest to come: as many as the last one has, or as the files make that are there now, if they can
    /// be seen from here.
    private func manifestByteCount(_ state: BackupState) -> Int {
        let last = Int(clamping: (try? FileSystem.status(of: state.indexPath))?.size ?? 0)
        guard let path = cluster.dataDirectory, let directory = try? DataDirectory(path),
            let control = try? ControlFile.read(in: directory), let major = control.major
        else { return last }
        let version = BackupExclusions.tablespaceVersion(major: major, catalogVersion: control.catalogVersion)
        let exclusions = BackupExclusions(tablespaceVersion: version)
        guard let scan = try? DataScan(directory.path, exclusions: exclusions) else { return last }
        let blocks = scan.files.reduce(0) { $0 + BackupBlock.count(size: $1.size) }
        return max(last, blocks * Self.manifestBytesOfBlock + scan.files.count * Self.manifestBytesOfFile)
    }

    /// A block's hash, and where it is stored (`BackupManifest.encode`): 26 in most.
    private static let manifestBytesOfBlock = 32
    /// A file's path behind the one before, times, sizes and checksum: 70 in most.
    private static let manifestBytesOfFile = 128
    /// The old manifest, the new one, its encoded form and what they grow from; structures take some three times their
    /// encoded length.
    private static let manifestCopies = 8
    /// A block takes some 25 bytes in the journal, and as a structure some 70 twice: in a list and in a table.
    private static let journalCopies = 8
    /// Of a small database.
    private static let manifestBytesMin = 4 << 20

    var workers: Int { request.workers ?? configuration.backup.workers ?? Process.cpuCount }

    /// Parts that one pack has on their way: the repository's number for all workers together.
    private func parallelParts(_ repository: RepositoryConfiguration) -> Int {
        max(1, (repository.parallelParts + workers - 1) / workers)
    }

    /// Each worker's pack, and the one it has handed over, gather a part and send some, for each repository by itself
    /// at worst.
    var chunkCount: Int {
        let perPack = configuration.repositories.map { repository in
            let chunks = (repository.partBytes + BackupScene.chunkBytes - 1) / BackupScene.chunkBytes
            return (chunks + 1) * (parallelParts(repository) + 1) + 1
        }
        return 2 * workers * (perPack.max() ?? 1)
    }

    /// Packs are written by all workers at once: each has its share of the parts under way.
    func shared(_ repositories: [Repository]) -> [Repository] {
        repositories.map { repository in
            Repository(
                name: repository.name, isRequired: repository.isRequired, store: repository.store,
                partBytes: repository.partBytes,
                parallelParts: max(1, (repository.parallelParts + workers - 1) / workers))
        }
    }

    func manifestSettings(_ keys: HostKeys) throws(OperationError) -> SealSettings {
        SealSettings(
            parameters: try keys.sealParameters(), level: configuration.backup.compressionLevel, threads: workers,
            objects: 1, partBytes: configuration.repositories.map(\.partBytes).max() ?? 0)
    }

    private func checkAnnotations() throws(OperationError) {
        for (key, value) in request.annotations where !BackupAnnotation.isValid(key: key, value: value) {
            throw OperationError(
                .configuration, operation: "annotate", object: key, cause: "the key or its value is not allowed",
                hint: "Keys are letters, digits, \".\", \"_\" and \"-\", at most \(BackupAnnotation.keyBytesMax); "
                    + "values have at most \(BackupAnnotation.valueBytesMax) bytes and no control characters.")
        }
        guard request.annotations.count > BackupAnnotation.countMax else { return }
        throw OperationError(
            .configuration, operation: "annotate", object: "backup",
            cause: "\(request.annotations.count) annotations, at most \(BackupAnnotation.countMax) are possible")
    }
}
