import Storage

/// All repositories of a configuration, opened: `open` reads credentials' files and connects to nothing.
package enum Repositories {
    /// Requests to one repository under way at once: enough for every lane and its parts.
    private static let concurrency = 32

    package static func open(
        _ configurations: [RepositoryConfiguration], environment: [String: String]
    ) throws(OperationError) -> [Repository] {
        var repositories: [Repository] = []
        // One thread for all transfers, begun with the first S3 repository.
        lazy var loop = CurlLoop()
        for configuration in configurations {
            let store: any Store
            switch configuration.location {
            case .directory(let root):
                store = LocalStore(root: root, name: configuration.name)
            case .bucket:
                guard let s3 = configuration.s3 else { continue }
                store = try s3Store(s3, configuration, loop, environment)
            }
            repositories.append(
                Repository(
                    name: configuration.name, isRequired: configuration.isRequired,
                    store: RetryingStore(
                        LimitedStore(store, concurrency: concurrency), policy: policy(configuration)),
                    partBytes: configuration.partBytes, parallelParts: configuration.parallelParts))
        }
        return repositories
    }

    private static func policy(_ configuration: RepositoryConfiguration) -> RetryPolicy {
        var policy = RetryPolicy()
        if !configuration.isRequired { policy.totalSecondsMax = Repository.bestEffortCallSeconds }
        return policy
    }

    private static func s3Store(
        _ settings: S3Settings, _ configuration: RepositoryConfiguration, _ loop: CurlLoop,
        _ environment: [String: String]
    ) throws(OperationError) -> any Store {
        let s3 = try settings.configuration(partBytes: configuration.partBytes, environment: environment)
        do throws(StoreError) {
            return try S3Store(configuration: s3, loop: loop, name: configuration.name)
        } catch {
            throw OperationError(error)
        }
    }
}
