import Codec
import Format
import Stream

/// A backup restored into arrays by the rules of docs/FORMAT.md, one chapter at a time: no pipeline, no files.
struct RestoredBackup {
    /// The class of a refusal that is not the stream's own.
    struct Refusal: Error { let failure: String }

    private let objects: [String: [UInt8]]
    private let identities: [Identity]
    private let acceptsUnencrypted: Bool
    private let cluster: ClusterName
    private let cache = FileKeyCache()
    private(set) var files: [String: (mode: UInt16, content: [UInt8])] = [:]

    init(_ vector: BackupVector) throws {
        objects = vector.objects.mapValues { [UInt8]($0) }
        identities = try vector.identities.map { try Identity(text: Array($0.utf8).span) }
        acceptsUnencrypted = vector.acceptUnencrypted
        guard let cluster = ClusterName(vector.cluster), let id = BackupID(vector.backup) else {
            preconditionFailure("a vector has legal names")
        }
        self.cluster = cluster
        let signers = try vector.signers.map { try Signer(text: $0) }
        let summary = try readSummary(id, signers)
        let manifest = try readManifest(id, signers)
        guard (manifest.facts.id, manifest.facts.cluster, manifest.facts.system) == (id, cluster, summary.system),
            Set(summary.packs).isSuperset(of: manifest.packs.map(\.id))
        else { throw Refusal(failure: "wrongManifest") }
        for file in manifest.files { files[file.path] = (file.mode, try content(of: file, manifest)) }
    }

    private func readSummary(_ id: BackupID, _ signers: [Signer]) throws -> BackupSummary {
        let key = RepositoryLayout.key(of: .summary, id, in: cluster)
        let parameters = OpenParameters(identities: [], signers: signers, acceptsUnencrypted: true)
        let content = try Opened(try object(key), parameters, name: key).content
        guard let record = PlainRecord(content.span, limit: BackupSummary.byteCountMax),
            let summary = BackupSummary(record), summary.id == id, summary.cluster == cluster
        else { throw Refusal(failure: "badRecord") }
        return summary
    }

    private func readManifest(_ id: BackupID, _ signers: [Signer]) throws -> BackupManifest {
        let key = RepositoryLayout.key(of: .manifest, id, in: cluster)
        let parameters = OpenParameters(
            identities: identities, signers: signers, acceptsUnencrypted: acceptsUnencrypted)
        let content = try Opened(try object(key), parameters, name: key).content
        return try BackupManifest.parse(content)
    }

    private func content(of file: BackupFile, _ manifest: BackupManifest) throws -> [UInt8] {
        var content: [UInt8] = []
        for piece in file.pieces {
            switch piece.source {
            case .zeros: content += [UInt8](repeating: 0, count: piece.byteCount)
            case .chapter(let index, let offset):
                let chapter = try self.chapter(manifest.chapters[index], manifest)
                content += chapter[offset..<offset + piece.byteCount]
            }
        }
        var checksum = CRC32C()
        checksum.update(content.span.bytes)
        guard file.checksum == nil || file.checksum == checksum.value else { throw Refusal(failure: "wrongChecksum") }
        return content
    }

    private func chapter(_ chapter: BackupChapter, _ manifest: BackupManifest) throws -> [UInt8] {
        let key = RepositoryLayout.key(of: manifest.packs[chapter.pack].id, in: cluster)
        let octets = Array(try object(key).dropFirst(Int(chapter.offset)).prefix(chapter.sealedByteCount))
        guard octets.count == chapter.sealedByteCount else { throw Refusal(failure: "wrongChapter") }
        let parameters = OpenParameters(
            identities: identities, acceptsUnencrypted: acceptsUnencrypted, fileKeys: cache)
        let opened = try Opened(octets, parameters, name: RepositoryLayout.chapterName(chapter.number, of: key))
        guard opened.content.count == chapter.contentByteCount, opened.report?.codesDigest == chapter.codesDigest else {
            throw Refusal(failure: "wrongChapter")
        }
        return opened.content
    }

    private func object(_ key: ObjectKey) throws -> [UInt8] {
        guard let octets = objects[key.path] else { throw Refusal(failure: "missingObject") }
        return octets
    }
}
