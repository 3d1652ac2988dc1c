/// What stands in for a configuration file: one repository, and the identity that opens what is in it.
package struct DirectConfiguration: Equatable, Sendable {
    /// `file:///directory` or `s3://bucket/prefix`.
    package let repository: String
    package let endpoint: String?
    package let region: String?
    /// Absolute.
    package let identityFile: String?
    /// Nil for the only one that the repository holds.
    package let cluster: String?

    /// What the repository is called in messages.
    private static let name = "given"
    /// Stands where a name has to be until the repository has been asked.
    private static let unknownCluster = "unknown"

    package init(
        repository: String, endpoint: String? = nil, region: String? = nil, identityFile: String? = nil,
        cluster: String? = nil
    ) {
        self.repository = repository
        self.endpoint = endpoint
        self.region = region
        self.identityFile = identityFile
        self.cluster = cluster
    }

    /// Whether nothing can be opened: there is no identity, and encryption is not said to be off.
    package func needsIdentity(environment: [String: String]) -> Bool {
        identityFile == nil && environment[Self.modeVariable] != "none"
    }

    /// The configuration that a file with these things would be. Of the environment, what is said of WAL and
    /// encryption counts, except for identities: signers, a passphrase's file. Other repositories and clusters do not.
    ///
    /// When `cluster` is nil, the one that the result names means nothing.
    package func made(environment: [String: String]) throws(ConfigurationError) -> Configuration {
        try Configuration(entries: entries, environment: environment.filter { Self.counts($0.key) }, file: nil)
    }

    private static let modeVariable = variable(.encryption, "mode")

    private static func variable(_ section: ConfigurationKey.Section, _ key: String) -> String {
        let known = ConfigurationKeys.section(section).first { $0.name == key }
        return known?.variable ?? ""
    }

    private static func counts(_ variable: String) -> Bool {
        let sections: [ConfigurationKey.Section] = [.wal, .encryption]
        let ours = ["identity", "identities"].map { Self.variable(.encryption, $0) }
        return !ours.contains(variable)
            && sections.contains {
                variable.hasPrefix(EnvironmentNames.prefix + EnvironmentNames.word($0.rawValue) + "_")
            }
    }

    private var entries: [ConfigurationEntry] {
        var entries = [entry(["cluster", cluster ?? Self.unknownCluster], .table)]
        entries.append(entry(["repository", Self.name, "url"], .string, repository))
        if let endpoint { entries.append(entry(["repository", Self.name, "endpoint"], .string, endpoint)) }
        if let region { entries.append(entry(["repository", Self.name, "region"], .string, region)) }
        // Mentioned also where there is none, because it is known.
        entries.append(entry(["encryption", "identities"], .array))
        if let identityFile { entries.append(entry(["encryption", "identity"], .string, identityFile)) }
        // The reader sorts by place; these have none but their order.
        return entries.enumerated().map { index, entry in
            ConfigurationEntry(path: entry.path, kind: entry.kind, text: entry.text, line: 0, column: index)
        }
    }

    private func entry(_ path: [String], _ kind: ConfigurationEntry.Kind, _ text: String = "") -> ConfigurationEntry {
        ConfigurationEntry(path: path, kind: kind, text: text, line: 0, column: 0)
    }
}
