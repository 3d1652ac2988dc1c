package import Format

/// What came out of verifying one repository.
package struct VerifyReport: Sendable {
    package let repository: String
    package let cluster: ClusterName
    /// How thoroughly it was looked at.
    package let level: VerifyLevel
    /// The backups that were in scope, ascending.
    package let backups: [BackupID]
    /// What was looked at in this run.
    package var checked = Count()
    /// What an earlier run had looked at recently enough.
    package var fresh = Count()
    /// What was due, and left out by the sample.
    package var left = Count()
    /// What has never been looked at so thoroughly, this run included.
    package var neverCount = 0
    /// When the oldest check of what is in scope was made, milliseconds since 1970; nil when there is none.
    package var oldest: Int64?
    /// Decided which share was taken; nil where all was.
    package var seed: UInt64?
    package var findings: [Finding] = []
    /// Lines for people about what is no fault.
    package var notes: [String] = []
    package var milliseconds: UInt64 = 0

    package struct Count: Equatable, Sendable {
        package private(set) var objects = 0
        package private(set) var bytes: UInt64 = 0

        package init() {}

        package mutating func add(_ bytes: UInt64) {
            objects += 1
            self.bytes += bytes
        }
    }

    package init(repository: String, cluster: ClusterName, level: VerifyLevel, backups: [BackupID]) {
        self.repository = repository
        self.cluster = cluster
        self.level = level
        self.backups = backups
    }

    package var isFine: Bool { findings.isEmpty }
}
