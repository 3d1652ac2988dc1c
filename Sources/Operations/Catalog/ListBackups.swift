import Codec
package import Format
import Platform
import Storage

/// `list`: the backups of a cluster and what they can be restored to, from what is in the clear.
///
/// No identity is needed. One that is at hand and asks for no passphrase opens the histories of timelines, without
/// which nobody knows that recovery leads from one timeline to another.
package struct ListBackups: Sendable {
    private let configuration: Configuration
    private let cluster: ClusterName
    private let environment: [String: String]

    /// A listing of a million segments takes a thousand requests.
    private static let deadlineSeconds = 600.0

    package init(_ configuration: Configuration, cluster: ClusterName, environment: [String: String]) {
        self.configuration = configuration
        self.cluster = cluster
        self.environment = environment
    }

    /// What each repository holds, in their order, or why it does not say.
    package func run() throws(OperationError) -> [(repository: String, result: Result<BackupListing, OperationError>)] {
        let repositories = try Repositories.open(configuration.repositories, environment: environment)
        let keys = try HostKeys(configuration.encryption)
        let signers = try keys.signers()
        let pipeline = try keys.quietPipeline(configuration.wal)
        return repositories.map { repository in
            let reader = ListingReader(
                cluster: cluster, repository: repository, signers: signers, pipeline: pipeline,
                deadline: .after(seconds: Self.deadlineSeconds))
            do throws(OperationError) {
                return (repository.name, .success(try reader.read()))
            } catch {
                return (repository.name, .failure(error))
            }
        }
    }
}

extension HostKeys {
    /// Opens what the identities at hand open; nil when there is none that can be had without asking a person.
    func quietPipeline(_ wal: WALConfiguration) throws(OperationError) -> OpenPipeline? {
        guard let parameters = quietParameters else { return nil }
        return try OpenPipeline(FetchWAL.openSettings(parameters, wal, objects: 1))
    }

    /// What such a pipeline is made with.
    var quietParameters: OpenParameters? {
        guard let parameters = try? openParameters(asks: false), parameters.canOpen else { return nil }
        return parameters
    }
}

extension OpenParameters {
    /// Whether there is anything that these open.
    var canOpen: Bool { !identities.isEmpty || acceptsUnencrypted }
}
