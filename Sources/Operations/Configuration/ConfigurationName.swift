internal import Format

/// What a section may be called: repositories follow the rule for clusters, whose names become parts of object names.
enum ConfigurationName {
    static let rule =
        "Names have up to \(ClusterName.characterCountMax) letters, digits, dots, hyphens and underscores, "
        + "and begin with a letter or digit."

    static func isValid(_ name: String) -> Bool { ClusterName(name) != nil }
}
