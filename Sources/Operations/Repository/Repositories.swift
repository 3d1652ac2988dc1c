package import Storage

/// All repositories of a configuration, opened: `open` reads credentials' files and connects to nothing.
package enum Repositories {
    /// Requests to one repository under way at once: enough for every lane and its parts.
    private static let concurrency = 32

    /// - Parameters:
    ///   - callsFirst: requests to one repository at once in the beginning; nil for as many as there may be.
    ///   - interruption: ends what is under way in all of them.
    ///   - observer: makes what hears of a repository's requests; by default nobody does.
    package static func open(
        _ configurations: [RepositoryConfiguration], environment: [String: String], callsFirst: Int? = nil,
        interruption: Interruption? = nil,
        observer: (RepositoryConfiguration) -> (any StoreObserver)? = { _ in nil }
    ) throws(OperationError) -> [Repository] {
        var repositories: [Repository] = []
        // One thread for all transfers, begun with the first S3 repository.
        lazy var loop = CurlLoop()
        var hasLoop = false
        let limit = AdaptiveLimit(first: callsFirst ?? concurrency, most: concurrency)
        for configuration in configurations {
            let store: any Store
            switch configuration.location {
            case .directory(let root):
                store = LocalStore(root: root, name: configuration.name)
            case .bucket:
                guard let s3 = configuration.s3 else { continue }
                if !hasLoop { interruption?.notify { [loop] in loop.interrupt() } }
                hasLoop = true
                store = try s3Store(s3, configuration, loop, environment)
            }
            let observer = observer(configuration)
            let measured: any Store = observer.map { MeasuredStore(store, observer: $0) } ?? store
            // Limits inside, retries outside; measured in the middle, where a try is a request and nothing waits.
            let limited = LimitedStore(measured, limit: limit)
            repositories.append(
                Repository(
                    name: configuration.name, isRequired: configuration.isRequired,
                    store: RetryingStore(
                        limited, policy: policy(configuration), interruption: interruption, observer: observer),
                    partBytes: configuration.partBytes, parallelParts: configuration.parallelParts
                ) { limited.concurrency })
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
