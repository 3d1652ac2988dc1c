import Format
import Platform

/// Where a fetched file goes, and where it is made complete before.
struct FetchPlace: Sendable {
    /// The private directory of the unfinished file, if there can be one: what a killed command leaves in `pg_wal`
    /// stays there for ever.
    let staging: PrefetchDirectory?
    /// The name it has there once it is complete.
    let stagedName: String
    /// Where it is then moved; nil if it stays.
    let target: String?
    let permissions: UInt16
    /// Nil where nobody else puts files at the target.
    let claim: TargetClaim?

    /// A file for PostgreSQL, made in `staging` if that can be used.
    init(
        staging: PrefetchDirectory?, name: WALFileName, target: String, permissions: UInt16,
        claim: TargetClaim? = nil
    ) {
        self.staging = staging
        self.claim = claim
        stagedName = PrefetchDirectory.privateName(of: "\(name)")
        self.target = target
        self.permissions = permissions
    }

    /// A file that waits in `staging` until it is asked for.
    init(ahead staging: PrefetchDirectory, name: SegmentName, permissions: UInt16) {
        self.staging = staging
        stagedName = "\(name)"
        target = nil
        claim = nil
        self.permissions = permissions
    }

    /// A new file in the place; `isStaged` tells whether it has to be moved to the target once it is complete.
    func open() throws(PlatformError) -> OpenedPlace {
        if let staging, staging.prepare() || target == nil {
            let file = try AtomicFile(directory: staging.path, name: stagedName, permissions: permissions)
            let stagedPath = target == nil ? nil : "\(staging.path)/\(stagedName)"
            return OpenedPlace(file: file, stagedPath: stagedPath, waits: target == nil, claim: claim)
        }
        guard let target else {
            throw PlatformError(operation: "open", object: stagedName, errno: .noSuchFile)
        }
        let name = target.split(separator: "/").last.map(String.init) ?? target
        let directory = FileSystem.parent(of: target) ?? "."
        return OpenedPlace(
            file: try AtomicFile(directory: directory, name: name, permissions: permissions), stagedPath: nil,
            waits: false, claim: claim)
    }
}

/// A file under way to its place.
struct OpenedPlace: ~Copyable, Sendable {
    let file: AtomicFile
    /// From where the complete file has to be moved to its target; nil when it is made where it belongs.
    let stagedPath: String?
    /// Whether the file is for later.
    let waits: Bool
    let claim: TargetClaim?

    /// Gives the complete file its name. PostgreSQL synchronises what it keeps (`KeepFileRestoredFromArchive`,
    /// access/transam/xlogarchive.c), and what it is given now it reads now. A file that waits is synchronised before
    /// it has its name, so that no power cut leaves the name without the content; PostgreSQL then finds that done.
    consuming func commit(to target: String?) throws(PlatformError) {
        let (stagedPath, waits, claim) = (stagedPath, waits, claim)
        guard let stagedPath, let target else {
            try claim?.begin()
            defer { claim?.end() }
            _ = try file.commit(overwrite: .replace, durable: waits)
            return
        }
        _ = try file.commit(overwrite: .replace, durable: waits)
        do {
            try claim.rename(from: stagedPath, to: target)
        } catch {
            _ = try? FileSystem.remove(stagedPath)
            throw error
        }
    }
}
