import Codec
import Format
import Operations
import Platform
import Storage
import TestSupport

@testable import Operations

/// A repository with one of everything: two backups, of which the second refers to a pack of the first, the WAL behind
/// them over a change of timelines, an artifact.
final class VerifyFixture: Sendable {
    let store: MemoryStore
    let one: BackupSummary
    let two: BackupSummary
    /// A day after the backups.
    static let now = UnixTime(seconds: 1_795_703_400)
    static let artifact = required(ArtifactName("globals"))
    static let version = required(BackupID("20261125T150000Z-0000000a"))

    /// Timeline 1 is left within the last of these.
    static let segments = WAL.segments(4)
    static let second = required(TimelineID(rawValue: 2))

    init() throws {
        store = MemoryStore()
        store.plant(RepositoryMarker(now: Self.now).octets, at: RepositoryLayout.marker)
        store.plant(Self.systemRecord, at: WAL.systemKey)
        var first = BackupFixture()
        (first.startLSN, first.stopLSN) = (LSN(rawValue: 0x20_0028), LSN(rawValue: 0x20_0100))
        first.files = [
            .init(path: "base/one", octets: Self.noise(400_000, 1)), .init(path: "PG_VERSION", octets: [51]),
        ]
        let backup = try first.store(in: store)
        one = backup.summary
        two = try Self.second(after: backup.manifest, in: store)
        try Self.plant(begun: one, sources: [], in: store)
        try Self.plant(begun: two, sources: [one.id], in: store)
        for segment in Self.segments { try WAL.store(WAL.octets(segment), as: WAL.key(segment), in: store) }
        let last = required(Self.segments.last).on(Self.second)
        try WAL.store(WAL.octets(last, timeline: .first), as: WAL.key(last), in: store)
        try WAL.store(Array("1\t0/500100\tno recovery target specified\n".utf8), as: Self.historyKey, in: store)
        try WAL.store(Array("pg_dumpall --globals-only".utf8), as: Self.artifactKey(.stream), in: store)
        let stored = UInt64(store.octets(of: Self.artifactKey(.stream))?.count ?? 0)
        let record = ArtifactRecord(
            name: Self.artifact, version: Self.version, contentType: nil, byteCount: 25, storedByteCount: stored,
            now: Self.now)
        let content = required(PlainRecord(record.content.span))
        try Self.plant(content, at: Self.artifactKey(.record), in: store)
    }

    static var historyKey: ObjectKey { WAL.key(.history(second)) }

    static func artifactKey(_ object: ArtifactObject) -> ObjectKey {
        RepositoryLayout.key(of: object, version, of: artifact, in: WAL.cluster)
    }

    /// A backup that adds a file of its own and keeps the first one's.
    private static func second(after base: BackupManifest, in store: MemoryStore) throws -> BackupSummary {
        var fixture = BackupFixture()
        fixture.id = required(BackupID("20261125T153000Z-00000002"))
        (fixture.startLSN, fixture.stopLSN) = (LSN(rawValue: 0x30_0028), LSN(rawValue: 0x30_0100))
        fixture.stopped = "2026-11-25T15:31:00Z"
        fixture.files = [.init(path: "base/two", octets: noise(200_000, 2))]
        let own = try fixture.store(in: store)
        var manifest = own.manifest
        manifest.packs += base.packs
        manifest.chapters += base.chapters.map { $0.inPack(1) }
        let shift = own.manifest.chapters.count
        manifest.files = (base.files.map { $0.shifted(by: shift) } + own.manifest.files)
            .sorted { BackupPath.precedes($0.path, $1.path) }
        let key = RepositoryLayout.key(of: .manifest, fixture.id, in: WAL.cluster)
        store.plant(nil, at: key)
        try WAL.store(manifest.encode(), as: key, in: store)
        var summary = own.summary
        summary.packs = manifest.packs.map(\.id)
        try plant(summary.record, at: RepositoryLayout.key(of: .summary, fixture.id, in: WAL.cluster), in: store)
        return summary
    }

    private static func plant(begun backup: BackupSummary, sources: [BackupID], in store: MemoryStore) throws {
        let begun = BackupBegun(id: backup.id, cluster: WAL.cluster, system: backup.system, sources: sources)
        try plant(begun.record, at: RepositoryLayout.key(of: .begun, backup.id, in: WAL.cluster), in: store)
    }

    /// Puts a plain stream in place of whatever is there.
    static func plant(_ record: PlainRecord, at key: ObjectKey, in store: MemoryStore) throws {
        store.plant(try PlainStream.seal(record.octets, as: key, by: Cast.sealing()), at: key)
    }

    static var systemRecord: [UInt8] {
        PlainRecord([
            "system": .text("\(WAL.system)"), "segmentBytes": .number(WAL.size.byteCount), "version": .text("15"),
            "since": .text("2026-11-25T00:00:00Z"),
        ]).octets
    }

    static func noise(_ count: Int, _ seed: UInt64) -> [UInt8] {
        var random = SeededRandom(seed: seed, name: "content")
        return random.octets(count)
    }

    var keys: [ObjectKey] {
        get throws { try store.list(prefix: "clusters/", after: nil, until: .never).objects.map(\.key) }
    }

    func verification(
        _ options: VerifyOptions = VerifyOptions(), identities: [Identity] = [Cast.alice],
        memory: VerifyMemoryFile? = nil, now: UnixTime = VerifyFixture.now, store: (any Store)? = nil
    ) throws -> RepositoryVerification {
        let parameters = OpenParameters(
            identities: identities, digestKey: Cast.digestKey, signers: [Cast.host.signer])
        let opening =
            identities.isEmpty || options.structureOnly
            ? nil
            : RepositoryVerification.Opening(
                pipeline: try Cast.openPipeline(identities, objects: 2), parameters: parameters)
        return RepositoryVerification(
            repository: WAL.repository(store ?? self.store), cluster: WAL.cluster, options: options,
            signers: [Cast.host.signer], opening: opening, memory: memory, workers: 2, now: now,
            progress: NoProgress())
    }

    func verify(
        _ options: VerifyOptions = VerifyOptions(), identities: [Identity] = [Cast.alice],
        memory: VerifyMemoryFile? = nil, now: UnixTime = VerifyFixture.now
    ) throws -> VerifyReport {
        try verification(options, identities: identities, memory: memory, now: now).run()
    }
}

extension BackupFile {
    /// The same file where the chapters stand behind others.
    fileprivate func shifted(by count: Int) -> BackupFile {
        let pieces = pieces.map { piece in
            guard case .chapter(let index, let offset) = piece.source else { return piece }
            return FilePiece(.chapter(index + count, offset: offset), byteCount: piece.byteCount)
        }
        return BackupFile(
            path: path, mode: mode, size: size, modified: modified, changed: changed, inode: inode,
            checksum: checksum, pieces: pieces, hashes: hashes)
    }
}
