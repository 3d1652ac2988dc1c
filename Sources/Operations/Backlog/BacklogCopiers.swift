package import Platform

/// The copiers of one cluster: one for each best-effort repository of the configuration.
package struct BacklogCopiers: Sendable {
    /// By the name of the repository, in the order of the configuration.
    package let all: [(repository: String, copier: BacklogCopier)]

    /// Reads what earlier processes have left; no thread starts and no repository is asked before `start`.
    ///
    /// - Parameters:
    ///   - repositories: those of the configuration, opened, in its order.
    ///   - comparison: of contents, shared with whoever else compares.
    ///   - limit: files that one backlog may hold.
    ///   - onChange, onWarning: as for `BacklogCopier`, with the repository's name.
    init(
        _ configuration: Configuration, cluster: ClusterConfiguration, repositories: [Repository],
        comparison: ContentComparison,
        limit: Int = BacklogList.defaultLimit,
        onChange: @escaping @Sendable (_ repository: String, BacklogCopier.State) -> Void = { _, _ in },
        onWarning: @escaping @Sendable (_ repository: String, String) -> Void = { _, _ in }
    ) throws(OperationError) {
        let cache = SystemCache(stateDirectory: cluster.stateDirectory)
        let sources = repositories.filter(\.isRequired)
        all = zip(repositories, configuration.repositories).compactMap { target, settings in
            guard !target.isRequired else { return nil }
            let differences = sources.map { WALDifference(source: $0, target: target, cluster: cluster.name) }
            let copier = BacklogCopier(
                ObjectCopy(to: target, from: sources, comparison: comparison, lanes: BacklogCopier.lanes),
                differences: differences,
                file: BacklogFile(
                    stateDirectory: cluster.stateDirectory, cluster: cluster.name, repository: settings, limit: limit),
                cluster: cluster.name,
                requireSystem: { (system, deadline) throws(OperationError) in
                    try cache.require(system, of: cluster.name, in: target, settings, until: deadline)
                },
                onChange: { onChange(target.name, $0) }, onWarning: { onWarning(target.name, $0) })
            return (target.name, copier)
        }
    }

    package func start() throws(OperationError) {
        for (_, copier) in all { try copier.start() }
    }

    /// False when something was still under way at the deadline.
    package func stop(until deadline: Deadline) -> Bool {
        // All are told before one is waited for.
        for (_, copier) in all { _ = copier.stop(until: .after(seconds: 0)) }
        return all.map { $0.copier.stop(until: deadline) }.allSatisfy(\.self)
    }

    /// The bound on what the copiers keep in memory.
    package static func explainMemory(_ repositories: [Repository], into sum: inout MemorySum) {
        for repository in repositories where !repository.isRequired {
            sum.add(
                "copies to repository \"\(repository.name)\"", count: BacklogCopier.lanes,
                byteCount: ObjectCopy.laneByteCount(to: repository))
        }
    }
}
