import Format
import Platform

/// Which repositories are known to hold a system: files in the state directory, made once a repository said so.
///
/// A push then needs no request to find out. Losing them costs one request per repository; a record is never deleted
/// from a repository while the cluster archives to it.
struct SystemCache: Sendable {
    private let directory: String

    /// A cluster's name and a URL.
    private static let byteCountMax = 4096

    init(stateDirectory: String) {
        directory = "\(stateDirectory)/systems"
    }

    func knows(_ system: SystemIdentifier, of cluster: ClusterName, in repository: RepositoryConfiguration) -> Bool {
        guard let text = try? FileSystem.readWhole(path(system, repository.name), limit: Self.byteCountMax) else {
            return false
        }
        return text == Array(scope(cluster, repository).utf8)
    }

    /// A cache that cannot be written is no reason to fail.
    func remember(_ system: SystemIdentifier, of cluster: ClusterName, in repository: RepositoryConfiguration) {
        guard !knows(system, of: cluster, in: repository) else { return }
        _ = try? FileSystem.createDirectory(directory, permissions: 0o750, parents: true)
        let name = "\(system)-\(repository.name)"
        guard var file = try? AtomicFile(directory: directory, name: name),
            (try? file.write(text: scope(cluster, repository))) != nil
        else { return }
        _ = try? file.commit(overwrite: .replace, durable: false)
    }

    /// Throws unless the repository holds the system, as far as is known or can be found out.
    func require(
        _ system: SystemIdentifier, of cluster: ClusterName, in repository: Repository,
        _ settings: RepositoryConfiguration, until deadline: Deadline
    ) throws(OperationError) {
        guard !knows(system, of: cluster, in: settings) else { return }
        try repository.requireSystem(system, of: cluster, until: deadline)
        remember(system, of: cluster, in: settings)
    }

    private func path(_ system: SystemIdentifier, _ repository: String) -> String {
        "\(directory)/\(system)-\(repository)"
    }

    private func scope(_ cluster: ClusterName, _ repository: RepositoryConfiguration) -> String {
        "\(cluster) \(repository.place)\n"
    }
}
