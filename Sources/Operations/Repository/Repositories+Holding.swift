import Format
import Platform
import Storage

extension Repositories {
    /// The repositories that hold the system. A required one that does not is an error; a best-effort one is left out,
    /// with a warning, and is not waited for again.
    static func holding(
        _ system: SystemIdentifier, of cluster: ClusterConfiguration, _ configuration: Configuration,
        environment: [String: String], until deadline: Deadline,
        observer: (RepositoryConfiguration) -> (any StoreObserver)? = { _ in nil }
    ) throws(OperationError) -> (usable: [Repository], warnings: [String]) {
        let cache = SystemCache(stateDirectory: cluster.stateDirectory)
        let all = try open(configuration.repositories, environment: environment, observer: observer)
        var usable: [Repository] = []
        var warnings: [String] = []
        for (repository, settings) in zip(all, configuration.repositories) {
            do throws(OperationError) {
                try cache.require(
                    system, of: cluster.name, in: repository, settings, until: repository.patience(deadline))
                usable.append(repository)
            } catch {
                guard !repository.isRequired else { throw error }
                warnings.append("repository \"\(repository.name)\" is left out: \(error.cause)")
            }
        }
        return (usable, warnings)
    }
}
