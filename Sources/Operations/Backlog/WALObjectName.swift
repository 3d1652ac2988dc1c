package import Format

/// A WAL file of one system of a cluster: what names one object in every repository of the cluster.
package struct WALObjectName: Hashable, Sendable, CustomStringConvertible {
    package let system: SystemIdentifier
    package let name: WALFileName

    package init(system: SystemIdentifier, name: WALFileName) {
        self.system = system
        self.name = name
    }

    package func key(in cluster: ClusterName) -> ObjectKey { RepositoryLayout.key(of: name, in: cluster, system) }

    package var description: String { "\(system) \(name)" }
}
