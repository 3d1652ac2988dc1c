import Format

/// What a restore is going to do. Nothing is changed so far.
package struct RestorePlan: Sendable {
    package let choice: RestoreChoice
    package let paths: RestorePaths
    package let fileCount: Int
    /// Of the database.
    package let byteCount: UInt64
    /// Files that are there already as they should be.
    package let wholeFileCount: Int
    /// Bytes that come out of the repository, as content and as they are stored.
    package let contentByteCount: UInt64
    package let fetchByteCount: UInt64
    /// Segments of WAL that recovery reads, as far as the way is known.
    package let segmentCount: UInt64?
    package let notices: [String]

    let manifest: BackupManifest
    let states: [FileState]
    let work: RestoreWork
    let place: RestorePlace
    let repositories: [Repository]

    package var major: Int { manifest.facts.major }
}

/// What a restore has done.
package struct RestoreReport: Sendable {
    package let plan: RestorePlan
    package let seconds: Double
    /// Of it, how long the files took to be durable.
    package let synchronizeSeconds: Double
    package let notices: [String]
}
