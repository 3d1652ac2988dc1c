import Codec
package import Format
import Platform
import Storage

/// `verify`: reads what the repositories hold, and says what is not as it has to be.
///
/// With an identity every byte is opened and compared; without one, or when only the structure is asked for, names,
/// lengths, continuity and trailers are.
package struct Verify: Sendable {
    private let configuration: Configuration
    private let cluster: ClusterName
    private let stateDirectory: String?
    private let environment: [String: String]
    private let options: VerifyOptions
    private let progress: any ProgressObserver

    /// Some threads more than cores on a small machine: they wait for the store most of the time.
    private static let workersMin = 4

    /// - Parameter stateDirectory: where earlier runs are remembered; nil: nowhere.
    package init(
        _ configuration: Configuration, cluster: ClusterName, stateDirectory: String?, environment: [String: String],
        options: VerifyOptions, progress: any ProgressObserver
    ) {
        self.configuration = configuration
        self.cluster = cluster
        self.stateDirectory = stateDirectory
        self.environment = environment
        self.options = options
        self.progress = progress
    }

    /// Every repository by itself, in their order. One that cannot be looked at has a failure in the place of a report.
    package func run() throws(OperationError) -> [(repository: String, result: Result<VerifyReport, OperationError>)] {
        let repositories = try Repositories.open(configuration.repositories, environment: environment)
        let keys = try HostKeys(configuration.encryption)
        let signers = try keys.signers()
        let opening = try opening(keys)
        var results: [(repository: String, result: Result<VerifyReport, OperationError>)] = []
        for repository in repositories {
            let verification = RepositoryVerification(
                repository: repository, cluster: cluster, options: options, signers: signers, opening: opening,
                memory: stateDirectory.map { VerifyMemoryFile(stateDirectory: $0, repository: repository.name) },
                workers: workers, now: Clock.now(), progress: progress)
            do throws(OperationError) {
                results.append((repository.name, .success(try verification.run())))
            } catch {
                results.append((repository.name, .failure(error)))
            }
        }
        return results.contains { (try? $0.result.get()) != nil } ? results.map(excusing) : results
    }

    /// A repository that does not hold a backup which another one holds is no failure: it may have joined later.
    private func excusing(
        _ answer: (repository: String, result: Result<VerifyReport, OperationError>)
    ) -> (repository: String, result: Result<VerifyReport, OperationError>) {
        guard case .failure(let error) = answer.result, error.code == .noSuchBackup else { return answer }
        let level = options.structureOnly ? VerifyLevel.structure : .content
        var report = VerifyReport(repository: answer.repository, cluster: cluster, level: level, backups: [])
        report.notes = ["this repository does not hold the backup"]
        return (answer.repository, .success(report))
    }

    private var workers: Int { max(configuration.wal.threads ?? Process.cpuCount, Self.workersMin) }

    /// Nil where nothing is to be opened, or nothing could be.
    private func opening(_ keys: HostKeys) throws(OperationError) -> RepositoryVerification.Opening? {
        guard !options.structureOnly else { return nil }
        let parameters = try keys.openParameters()
        guard parameters.canOpen else { return nil }
        let pipeline = try OpenPipeline(FetchWAL.openSettings(parameters, configuration.wal, objects: workers))
        return RepositoryVerification.Opening(pipeline: pipeline, parameters: parameters)
    }
}
