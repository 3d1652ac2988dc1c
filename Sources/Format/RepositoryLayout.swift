/// Where things are in a repository: keys of objects from what they are, and back (docs/FORMAT.md, "Layout").
///
/// Pure text: whether an object exists is not known here.
package enum RepositoryLayout {
    /// Format version, identity and date of the repository.
    package static let marker = ObjectKey(checked: "trunkline.json")

    /// What a key names.
    package enum Place: Hashable, Sendable {
        case marker
        /// One system identifier of a cluster.
        case system(ClusterName, SystemIdentifier)
        /// One file that PostgreSQL archived.
        case wal(ClusterName, SystemIdentifier, WALFileName)
        /// One object of a base backup.
        case backup(ClusterName, BackupID, BackupPart)
        /// Data of base backups.
        case pack(ClusterName, PackID)
        /// One of the two objects of one version of an artifact.
        case artifact(ClusterName, ArtifactName, BackupID, ArtifactObject)
    }

    /// Every listing prefix ends in a slash, so that `main` does not list `main2`.
    package static let clustersPrefix = "clusters/"

    /// The cluster that `key` is an object of, whether or not the object is known; nil for a key that is of none.
    package static func cluster(of key: ObjectKey) -> ClusterName? {
        let parts = key.path.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "clusters" else { return nil }
        return ClusterName(String(parts[1]))
    }

    /// A key behind all of the cluster's, and before those of every cluster that sorts after it: no name has the
    /// character "/", and "0" is the one behind it.
    package static func keyBehind(_ cluster: ClusterName) -> ObjectKey {
        ObjectKey(checked: "\(clustersPrefix)\(cluster)0")
    }

    package static func systemsPrefix(of cluster: ClusterName) -> String {
        "\(clustersPrefix)\(cluster)/systems/"
    }

    package static func walPrefix(of cluster: ClusterName) -> String {
        "\(clustersPrefix)\(cluster)/wal/"
    }

    package static func walPrefix(of cluster: ClusterName, _ system: SystemIdentifier) -> String {
        "\(walPrefix(of: cluster))\(system)/"
    }

    package static func walPrefix(
        of cluster: ClusterName, _ system: SystemIdentifier, _ timeline: TimelineID
    ) -> String {
        "\(walPrefix(of: cluster, system))\(timeline.fileText)/"
    }

    package static func key(of system: SystemIdentifier, in cluster: ClusterName) -> ObjectKey {
        ObjectKey(checked: "\(systemsPrefix(of: cluster))\(system)")
    }

    package static func key(of name: WALFileName, in cluster: ClusterName, _ system: SystemIdentifier) -> ObjectKey {
        ObjectKey(checked: walPrefix(of: cluster, system) + folder(of: name) + name.description)
    }

    /// What `key` names; nil for a key that none of the functions above makes.
    package static func place(of key: ObjectKey) -> Place? {
        guard key != marker else { return .marker }
        let parts = key.path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if let artifact = artifact(of: parts) { return artifact }
        guard parts.count >= 4, parts[0] == "clusters", let cluster = ClusterName(parts[1]) else { return nil }
        if let place = backupPlace(cluster, parts[2...]) { return place }
        guard let system = SystemIdentifier(parts[3]) else { return nil }
        switch (parts[2], parts.count) {
        case ("systems", 4): return .system(cluster, system)
        case ("wal", 6...7):
            guard let name = WALFileName(parts[parts.count - 1]), self.key(of: name, in: cluster, system) == key
            else { return nil }
            return .wal(cluster, system, name)
        default: return nil
        }
    }

    private static func folder(of name: WALFileName) -> String {
        switch name {
        case .segment(let segment), .partial(let segment), .backupHistory(let segment, _):
            "\(segment.timeline.fileText)/\(Hexadecimal.text(segment.log))/"
        case .history(let timeline): "\(timeline.fileText)/"
        case .other: "other/"
        }
    }
}
