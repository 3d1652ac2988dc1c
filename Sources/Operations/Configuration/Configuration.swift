/// All that Trunkline was told: the file, then the environment over it, then the defaults. Immutable and complete.
package struct Configuration: Equatable, Sendable {
    /// The file it came from, for messages; nil when there was none.
    package let file: String?
    /// In the order of the file; at least one.
    package let clusters: [ClusterConfiguration]
    /// In the order of the file, which is the order of reading; at least one, and one of them required.
    package let repositories: [RepositoryConfiguration]
    package let wal: WALConfiguration
    package let agent: AgentConfiguration
    package let backup: BackupConfiguration
    package let encryption: EncryptionConfiguration

    /// Judges the entries of the file and the environment together.
    ///
    /// - Throws: everything that is wrong, at once.
    package init(
        entries: [ConfigurationEntry], environment: [String: String], file: String?
    ) throws(ConfigurationError) {
        var raw = RawSections()
        raw.add(entries)
        raw.add(environment: environment)
        var problems = raw.problems
        let sections = raw.sections.map { SectionSettings($0, problems: &problems) }
        self.file = file
        clusters = sections.filter { $0.section == .cluster }.compactMap { ClusterConfiguration($0) }
        wal = WALConfiguration(Self.only(.wal, sections))
        agent = AgentConfiguration(Self.only(.agent, sections), problems: &problems)
        backup = BackupConfiguration(Self.only(.backup, sections))
        encryption = EncryptionConfiguration(Self.only(.encryption, sections), problems: &problems)
        let places = sections.filter { $0.section == .repository }
        repositories = places.compactMap { RepositoryConfiguration($0, problems: &problems) }
        Self.checkCounts(clusters, places.count, repositories, &problems)
        if !problems.isEmpty { throw ConfigurationError(file: file, problems: problems) }
    }

    /// What a person should hear at every verb. One line each, without a full stop.
    package var warnings: [String] {
        guard encryption.mode == .none else { return [] }
        return ["encryption is off (mode = \"none\"): whoever can read a repository can read and forge its data"]
    }

    /// The section without a name, which is empty when nobody mentions it.
    private static func only(_ section: ConfigurationKey.Section, _ all: [SectionSettings]) -> SectionSettings {
        if let known = all.first(where: { $0.section == section }) { return known }
        var none: [ConfigurationProblem] = []
        return SectionSettings(RawSection(section: section, name: "", origin: .whole), problems: &none)
    }

    private static func checkCounts(
        _ clusters: [ClusterConfiguration], _ places: Int, _ repositories: [RepositoryConfiguration],
        _ problems: inout [ConfigurationProblem]
    ) {
        let hint = "Run \"trunkline init\" to write a configuration, or name one with --config."
        if clusters.isEmpty {
            problems.append(ConfigurationProblem(.whole, "there is no section [cluster.NAME]", hint: hint))
        }
        if places == 0 {
            problems.append(
                ConfigurationProblem(
                    .whole, "there is no section [repository.NAME]", hint: clusters.isEmpty ? nil : hint))
        }
        if places > ConfigurationLimits.repositoriesMax {
            let most = ConfigurationLimits.repositoriesMax
            problems.append(ConfigurationProblem(.whole, "there are \(places) repositories, the most are \(most)"))
        }
        if places > 0, repositories.count == places, !repositories.contains(where: \.isRequired) {
            problems.append(
                ConfigurationProblem(
                    .whole, "no repository is required, so success would promise nothing",
                    hint: "Leave out \"required = false\" in at least one of them."))
        }
    }
}
