package import Format
package import Platform
import Storage

extension Repository {
    /// The clusters that the repository holds anything of, in order.
    package func clusters(until deadline: Deadline) throws(OperationError) -> [ClusterName] {
        var clusters: [ClusterName] = []
        var after: ObjectKey?
        repeat {
            let page: Page
            do throws(StoreError) {
                page = try store.list(prefix: RepositoryLayout.clustersPrefix, after: after, until: deadline)
            } catch {
                throw OperationError(error)
            }
            guard let object = page.objects.first else {
                after = page.nextAfter
                continue
            }
            let cluster = RepositoryLayout.cluster(of: object.key)
            if let cluster { clusters.append(cluster) }
            after = cluster.map(RepositoryLayout.keyBehind) ?? object.key
        } while after != nil
        return clusters
    }
}

/// Finds the cluster that nobody has named, where there is but one.
package enum ClusterSearch {
    /// One or two requests, by somebody who waits.
    private static let deadlineSeconds = 60.0

    /// The only cluster that the configuration's repositories hold.
    package static func only(
        in configuration: Configuration, environment: [String: String]
    ) throws(OperationError) -> ClusterConfiguration {
        let repositories = try Repositories.open(configuration.repositories, environment: environment)
        let name = try only(in: repositories, until: .after(seconds: deadlineSeconds))
        return ClusterConfiguration(name: name, dataDirectory: nil)
    }

    static func only(in repositories: [Repository], until deadline: Deadline) throws(OperationError) -> ClusterName {
        var found: Set<ClusterName> = []
        for repository in repositories { found.formUnion(try repository.clusters(until: deadline)) }
        if let only = found.first, found.count == 1 { return only }
        let names = found.sorted().map { "\"\($0)\"" }.joined(separator: ", ")
        throw OperationError(
            .configuration, operation: "find the cluster in repository",
            object: repositories.map(\.name).joined(separator: ", "),
            cause: found.isEmpty ? "it holds none" : "it holds several: \(names)",
            hint: found.isEmpty ? "Check the address." : "Say --cluster NAME.")
    }
}
