package import Format

/// `[cluster.NAME]`: one PostgreSQL database cluster.
package struct ClusterConfiguration: Equatable, Sendable {
    package let name: ClusterName
    /// Its data directory, absolute. Nil when the file leaves it to the working directory.
    package let dataDirectory: String?
    /// How to connect, as libpq takes it. Not used by the WAL verbs.
    package let connection: String?
    /// How to connect to the primary, for backups of a standby.
    package let primary: String?
    /// Where the ledger and the caches of this cluster live: nothing in it is the only copy of anything
    /// but of what best-effort repositories still lack, which a look at the repositories tells too.
    package let stateDirectory: String

    package init(
        name: ClusterName, dataDirectory: String?, connection: String? = nil, primary: String? = nil,
        stateDirectory: String? = nil
    ) {
        self.name = name
        self.dataDirectory = dataDirectory
        self.connection = connection
        self.primary = primary
        self.stateDirectory = stateDirectory ?? "\(ConfigurationLimits.stateRoot)/\(name)"
    }

    /// Nil when the name is none, which has been reported.
    init?(_ settings: SectionSettings) {
        guard let name = ClusterName(settings.name) else { return nil }
        self.init(
            name: name, dataDirectory: settings.text("pgdata"), connection: settings.text("connection"),
            primary: settings.text("primary"), stateDirectory: settings.text("state"))
    }
}
