/// What a person wants verified.
package struct VerifyOptions: Equatable, Sendable {
    package enum Scope: Equatable, Sendable {
        /// Everything that the repositories hold of the cluster.
        case everything
        /// The archived WAL alone.
        case wal
        /// One backup, as `BackupCatalog.backup` finds it, with the WAL that makes it consistent, or with all WAL
        /// behind its start.
        case backup(String, withWAL: Bool)
    }

    package let scope: Scope
    /// Look at nothing that needs a key, and read no content.
    package let structureOnly: Bool
    /// Seconds for which an earlier check holds; nil: not at all.
    package let ageMax: Double?
    /// Check a share of what is due, in percent of its bytes; nil: all of it.
    package let percent: Double?
    /// Decides which share.
    package let seed: UInt64

    package init(
        scope: Scope = .everything, structureOnly: Bool = false, ageMax: Double? = nil, percent: Double? = nil,
        seed: UInt64 = 0
    ) {
        self.scope = scope
        self.structureOnly = structureOnly
        self.ageMax = ageMax
        self.percent = percent
        self.seed = seed
    }
}
