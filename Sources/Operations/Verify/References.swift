package import Format
package import Platform

/// Which objects name which, and what follows from a list of those that are there. Pure.
package struct References: Sendable {
    private let inventory: Inventory
    private let summaries: [BackupID: BackupSummary]
    private let begun: [BackupBegun]
    /// Summaries, or what was said at the begin of backups, that are there and cannot be read: nobody knows what they
    /// name.
    private let hasUnreadable: Bool

    package init(_ inventory: Inventory, summaries: [BackupSummary], begun: [BackupBegun] = [], hasUnreadable: Bool) {
        self.inventory = inventory
        self.begun = begun
        self.summaries = Dictionary(summaries.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        self.hasUnreadable = hasUnreadable
    }

    /// By pack, the backups that use it, ascending.
    package var users: [PackID: [BackupID]] {
        var users: [PackID: [BackupID]] = [:]
        for summary in summaries.values.sorted(by: { $0.id < $1.id }) {
            for pack in Set(summary.packs) { users[pack, default: []].append(summary.id) }
        }
        return users
    }

    /// Packs and manifests that summaries name, and streams that records name, that are not there.
    package func missing() -> [Finding] {
        let present = inventory.packs
        let packs = users.filter { !present.contains($0.key) }.sorted { $0.key < $1.key }
        let backups = inventory.backups
        let manifests = summaries.keys.sorted().filter { backups[$0]?.contains(.manifest) != true }
        let missingPacks = packs.map { pack, users in
            Finding(
                .missing, RepositoryLayout.key(of: pack, in: inventory.cluster).path,
                "it is not there, and \(users.count == 1 ? "a backup needs" : "\(users.count) backups need") it",
                backups: users)
        }
        let missingManifests = manifests.map { backup in
            Finding(
                .missing, RepositoryLayout.key(of: .manifest, backup, in: inventory.cluster).path,
                "it is not there, and the backup has a summary", backups: [backup])
        }
        return missingPacks + missingManifests + missingStreams
    }

    /// Streams of artifacts that have a record.
    private var missingStreams: [Finding] {
        var streams: Set<ArtifactVersion> = []
        var records: [ArtifactVersion] = []
        for item in inventory.items {
            guard case .artifact(_, let name, let version, let object) = item.place else { continue }
            let known = ArtifactVersion(name: name, version: version)
            if object == .stream { streams.insert(known) } else { records.append(known) }
        }
        return records.filter { !streams.contains($0) }.map { artifact in
            Finding(
                .missing,
                RepositoryLayout.key(of: .stream, artifact.version, of: artifact.name, in: inventory.cluster).path,
                "it is not there, and the artifact has a record")
        }
    }

    private struct ArtifactVersion: Hashable {
        let name: ArtifactName
        let version: BackupID
    }

    /// Backups that were begun and have no summary: under way, or interrupted. Ascending.
    package var unfinished: [BackupID] {
        inventory.backups.filter { !$0.value.contains(.summary) }.keys.sorted()
    }

    /// Packs that no summary names, ascending: those that a backup may need which is under way or will be resumed, and
    /// those that nothing needs.
    ///
    /// None of the second kind where something cannot be read that may name them.
    package func unreferenced(now: UnixTime) -> (protected: [PackID], idle: [PackID]) {
        let used = users
        let loose = inventory.packs.filter { used[$0] == nil }.sorted()
        // Both texts are of one form, which sorts as the moments do.
        let limit = UnixTime(seconds: now.seconds - BackupBegun.secondsProtected).iso8601()
        let unfinished = Set(unfinished.filter { $0.iso8601 >= limit })
        let recent = begun.filter { unfinished.contains($0.id) }
        var packs: (protected: [PackID], idle: [PackID]) = ([], [])
        for pack in loose {
            let isProtected = hasUnreadable || unfinished.contains(pack.backup) || recent.contains { $0.protects(pack) }
            if isProtected { packs.protected.append(pack) } else { packs.idle.append(pack) }
        }
        return packs
    }
}
