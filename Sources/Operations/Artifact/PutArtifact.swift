import Codec
package import Format
import Platform
import Storage

/// `artifact put`: stores a stream of any length as a new version of an artifact.
package struct PutArtifact: Sendable {
    private let configuration: Configuration
    private let cluster: ClusterConfiguration
    private let environment: [String: String]
    /// Tests do not wait.
    var sleep: @Sendable (_ seconds: Double) -> Void = { Clock.sleep(seconds: $0) }

    /// What every repository must be able to take: ten thousand parts, the most of S3, of 64 MiB. Longer streams need
    /// a larger `part-size`.
    package static let streamBytesMax: UInt64 = 625 << 30
    /// zstd's: streams are stored once and kept for long, as base backups are.
    private static let compressionLevel = 3
    /// One part is gathered while another one is being sent.
    private static let partsHeld = 2
    /// How long a repository may take to say that it is the right one.
    private static let lookSeconds = 60.0

    package init(
        _ configuration: Configuration, cluster: ClusterConfiguration, environment: [String: String]
    ) {
        self.configuration = configuration
        self.cluster = cluster
        self.environment = environment
    }

    /// A version that is durable in every required repository.
    package struct Stored: Sendable {
        package let record: ArtifactRecord
        /// What best-effort repositories failed at, a sentence each.
        package let warnings: [String]
    }

    /// Stores all that `source` yields. When the source or a required repository fails, no version comes to be.
    package func run(
        _ name: ArtifactName, contentType: ContentType?, from source: any ContentSource
    ) throws(OperationError) -> Stored {
        let keys = try HostKeys(configuration.encryption)
        let parameters = try keys.sealParameters()
        var warnings: [String] = []
        let repositories = try usableRepositories(&warnings)
        let pipeline = try SealPipeline(settings(parameters, repositories))
        let upload = ArtifactUpload(
            cluster: cluster.name, repositories: repositories, pipeline: pipeline, parameters: parameters,
            comparison: comparison(keys, try keys.signers()), streamBytesMax: Self.streamBytesMax)
        let began = Clock.now()
        let record = try upload.run(name, .make(now: began), contentType, from: source, &warnings)
        waitBeyond(began)
        return Stored(record: record, warnings: warnings)
    }

    /// Two versions of one second would be in random order: whoever stores the next one finds a later second.
    private func waitBeyond(_ began: UnixTime) {
        let now = Clock.now()
        if now.seconds == began.seconds { sleep(1 - Double(now.nanoseconds) / 1e9) }
    }

    /// The bound on what a put keeps in memory.
    package func explainMemory() throws(OperationError) -> MemorySum {
        var sum = MemorySum()
        let repositories = try Repositories.open(configuration.repositories, environment: environment)
        let parameters = try HostKeys(configuration.encryption).sealParameters()
        SealPipeline.explainMemory(settings(parameters, repositories), into: &sum)
        sum.add("program, libraries and thread stacks", byteCount: PushWAL.programBytes)
        return sum
    }

    private func settings(_ parameters: SealParameters, _ repositories: [Repository]) -> SealSettings {
        let longest = repositories.map { $0.schedule(objectBytes: Self.streamBytesMax).partBytes }.max() ?? 0
        return SealSettings(
            parameters: parameters, level: Self.compressionLevel,
            threads: configuration.wal.threads ?? Process.cpuCount, objects: 1, partBytes: Self.partsHeld * longest)
    }

    /// For the case that a reply was lost, and the retry found what the first try had made.
    private func comparison(_ keys: HostKeys, _ signers: [Codec.Signer]) -> ContentComparison {
        ContentComparison(signers: signers) { () throws(OperationError) in
            try OpenPipeline(FetchWAL.openSettings(try keys.openParameters(), configuration.wal, objects: 1))
        }
    }

    /// Those that hold the cluster. A required one that does not is an error; a best-effort one is left out.
    private func usableRepositories(_ warnings: inout [String]) throws(OperationError) -> [Repository] {
        let deadline = Deadline.after(seconds: Self.lookSeconds)
        var usable: [Repository] = []
        for repository in try Repositories.open(configuration.repositories, environment: environment) {
            do throws(OperationError) {
                try repository.requireCluster(cluster.name, until: repository.patience(deadline))
                usable.append(repository)
            } catch {
                guard !repository.isRequired else { throw error }
                warnings.append("repository \"\(repository.name)\" is left out: \(error.cause)")
            }
        }
        return usable
    }
}
