/// What a version of an artifact consists of; the raw value is the last component of the key.
package enum ArtifactObject: String, Hashable, Sendable, CaseIterable {
    /// The content, sealed.
    case stream
    /// What is known of it without a key, written last: a version exists when its record does.
    case record
}

extension RepositoryLayout {
    package static func artifactsPrefix(of cluster: ClusterName) -> String {
        "\(clustersPrefix)\(cluster)/artifacts/"
    }

    /// The versions of `name`, and those of names that go on behind a slash.
    package static func artifactsPrefix(of cluster: ClusterName, below name: ArtifactName) -> String {
        "\(artifactsPrefix(of: cluster))\(name)/"
    }

    package static func key(
        of object: ArtifactObject, _ version: BackupID, of name: ArtifactName, in cluster: ClusterName
    ) -> ObjectKey {
        ObjectKey(checked: "\(artifactsPrefix(of: cluster, below: name))\(version)/\(object.rawValue)")
    }

    /// The id and the object are the last two components, so that any number before them are the name.
    static func artifact(of parts: [String]) -> Place? {
        guard parts.count >= 6, parts[0] == "clusters", parts[2] == "artifacts", let cluster = ClusterName(parts[1]),
            let object = ArtifactObject(rawValue: parts[parts.count - 1]),
            let version = BackupID(parts[parts.count - 2]),
            let name = ArtifactName(parts[3..<(parts.count - 2)].joined(separator: "/"))
        else { return nil }
        return .artifact(cluster, name, version, object)
    }
}
