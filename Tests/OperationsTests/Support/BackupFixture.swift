import Codec
import Format
import Platform
import Storage
import Stream
import TestSupport

@testable import Operations

/// A small backup put together by hand: chapters, one pack, a manifest, a summary.
struct BackupFixture {
    var id = required(BackupID("20261125T143000Z-00000001"))
    var system = WAL.system
    var timeline = TimelineID.first
    var startLSN = LSN(rawValue: 0x200_0028)
    var stopLSN = LSN(rawValue: 0x200_0100)
    var stopped = "2026-11-25T14:31:00Z"
    var snapshot = "100:100:"
    var major = 15
    var label = Array("START WAL LOCATION: 0/2000028 (file 000000010000000000000002)\n".utf8)
    var tablespaceMap: [UInt8] = []
    var files: [File] = []
    var directories: [String] = ["base", "global", "pg_wal", "pg_wal/archive_status"]
    var links: [BackupLink] = []
    /// Content of one chapter at most.
    var chapterBytes = 300_000

    struct File {
        var path: String
        var octets: [UInt8]
        var mode: UInt16 = 0o600
        /// Whether the block hashes are told.
        var hasHashes = true
    }

    static let blockKey = [UInt8](repeating: 7, count: BackupFacts.blockKeyByteCount)
    /// Of smaller blocks than a backup's, so that few bytes make several.
    static let layout = StreamLayout(
        cipher: .secretstream, compression: .zstd,
        blockSize: required(StreamBlockSize(byteCount: BackupBlock.byteCount)))

    /// Stores pack, manifest and summary; returns both.
    @discardableResult
    func store(in store: any Store) throws -> (manifest: BackupManifest, summary: BackupSummary) {
        let pack = required(PackID(backup: id, ordinal: 1))
        let key = RepositoryLayout.key(of: pack, in: WAL.cluster)
        var manifest = BackupManifest(facts: facts)
        var object: [UInt8] = []
        var entries: [PackDirectory.Entry] = []
        let shared = try SharedFileKey(sealing)
        for (content, chapter) in contents().enumerated() {
            let sealed = try seal(chapter, content, key, shared)
            manifest.chapters.append(
                BackupChapter(
                    pack: 0, number: content, offset: UInt64(object.count), sealedByteCount: sealed.octets.count,
                    contentByteCount: chapter.count, codesDigest: sealed.digest))
            entries.append(.init(offset: UInt64(object.count), byteCount: UInt32(sealed.octets.count)))
            object += sealed.octets
        }
        object += PackDirectory(entries: entries).encode()
        manifest.packs = [.init(id: pack, byteCount: UInt64(object.count))]
        manifest.directories = directories.sorted(by: BackupPath.precedes).map { .init(path: $0, mode: 0o700) }
        manifest.links = links.sorted { BackupPath.precedes($0.path, $1.path) }
        manifest.files = described()
        _ = try store.create(key, Content.copying(object), until: .never)
        try WAL.store(manifest.encode(), as: RepositoryLayout.key(of: .manifest, id, in: WAL.cluster), in: store)
        let name = RepositoryLayout.key(of: .summary, id, in: WAL.cluster)
        let sealed = try PlainStream.seal(summary.record.octets, as: name, by: Cast.sealing())
        _ = try store.create(name, Content.copying(sealed), until: .never)
        return (manifest, summary)
    }

    var facts: BackupFacts {
        BackupFacts(
            id: id, cluster: WAL.cluster, system: system, major: major, serverVersion: "\(major).0",
            segmentSize: WAL.size, pageByteCount: 8192, hasChecksums: false, isFromStandby: false, timeline: timeline,
            startLSN: startLSN, stopLSN: stopLSN, started: 1_795_617_000, stopped: 1_795_617_060, scanned: 0,
            blockKey: Self.blockKey, owner: "nobody", group: "nogroup", label: label, tablespaceMap: tablespaceMap)
    }

    var summary: BackupSummary {
        BackupSummary(
            id: id, cluster: WAL.cluster, system: system, major: major, serverVersion: "\(major).0",
            timeline: timeline, startLSN: startLSN, stopLSN: stopLSN, started: "2026-11-25T14:30:00Z",
            stopped: stopped, snapshot: snapshot, method: .full, base: nil, isFromStandby: false,
            segmentBytes: WAL.size.byteCount, fileCount: UInt64(files.count), byteCount: 0, readByteCount: 0,
            storedByteCount: 0, reusedByteCount: 0, pageErrorCount: 0, milliseconds: 0,
            packs: [required(PackID(backup: id, ordinal: 1))], annotations: [:])
    }

    private var sealing: SealParameters {
        get throws { try SealParameters(layout: Self.layout, recipients: [Cast.alice.recipient]) }
    }

    private var sorted: [File] { files.sorted { BackupPath.precedes($0.path, $1.path) } }

    /// All bytes but those of blocks of zeros, file after file, cut into chapters.
    private func contents() -> [[UInt8]] {
        var chapters: [[UInt8]] = []
        var chapter: [UInt8] = []
        for file in sorted {
            for block in Self.blocks(file.octets) where !Self.isZero(block) {
                var rest = block[...]
                while !rest.isEmpty {
                    let part = rest.prefix(chapterBytes - chapter.count)
                    chapter += part
                    rest = rest.dropFirst(part.count)
                    if chapter.count == chapterBytes {
                        chapters.append(chapter)
                        chapter = []
                    }
                }
            }
        }
        return chapter.isEmpty ? chapters : chapters + [chapter]
    }

    private func described() -> [BackupFile] {
        var position = 0
        return sorted.map { file in
            var pieces = FilePieces()
            let hasher = BlockHasher(key: Self.blockKey)
            var hashes: [BlockHash] = []
            for block in Self.blocks(file.octets) {
                hashes.append(block.withRawSpan { hasher.hash($0) })
                guard !Self.isZero(block) else {
                    pieces.append(zeros: UInt64(block.count))
                    continue
                }
                var rest = block.count
                while rest > 0 {
                    let offset = position % chapterBytes
                    let length = min(rest, chapterBytes - offset)
                    pieces.append(FilePiece(.chapter(position / chapterBytes, offset: offset), byteCount: length))
                    position += length
                    rest -= length
                }
            }
            var checksum = CRC32C()
            file.octets.withRawSpan { checksum.update($0) }
            return BackupFile(
                path: file.path, mode: file.mode, size: UInt64(file.octets.count), modified: 1_795_617_000_000_000_000,
                changed: 0, inode: 0, checksum: checksum.value, pieces: pieces.all,
                hashes: file.hasHashes ? hashes : [])
        }
    }

    static func blocks(_ octets: [UInt8]) -> [[UInt8]] {
        stride(from: 0, to: octets.count, by: BackupBlock.byteCount).map {
            Array(octets[$0..<min($0 + BackupBlock.byteCount, octets.count)])
        }
    }

    private static func isZero(_ block: [UInt8]) -> Bool { block.allSatisfy { $0 == 0 } }

    private func seal(
        _ content: [UInt8], _ number: Int, _ pack: ObjectKey, _ shared: SharedFileKey
    ) throws -> (octets: [UInt8], digest: [UInt8]) {
        var sealer = StreamSealer(
            name: RepositoryLayout.chapterName(number, of: pack), parameters: try sealing, sharing: shared)
        var encoder = try BlockEncoder(Self.layout, level: 1)
        var output = Block(capacity: BackupChapter.sealedBytesMax)
        var data = Block(capacity: Self.layout.dataByteCountMax)
        try output.append { (span) throws(CodecError) in try sealer.writeHeader(into: &span) }
        let blockBytes = Self.layout.blockSize.byteCount
        let blocks = stride(from: 0, to: content.count, by: blockBytes).map {
            Array(content[$0..<min($0 + blockBytes, content.count)])
        }
        for (index, block) in blocks.enumerated() {
            data.truncate()
            try data.append { (span) throws(CodecError) in
                try block.withRawSpan { (bytes) throws(CodecError) in try encoder.encode(bytes, into: &span) }
            }
            try output.append { (span) throws(CodecError) in
                try data.withBytes { (bytes) throws(CodecError) in
                    try sealer.seal(bytes, isFinal: index == blocks.count - 1, into: &span)
                }
            }
        }
        try output.append { (span) throws(CodecError) in
            try sealer.writeTrailer(ContentSummary(byteCount: UInt64(content.count)), into: &span)
        }
        return (output.withBytes { $0.octets(first: $0.byteCount) }, sealer.codesDigest)
    }
}

extension WAL {
    /// Names of WAL files in a store, whose content nobody looks at.
    static func plant(_ names: [String], in store: MemoryStore, system: SystemIdentifier = system) {
        for text in names {
            store.plant([], at: RepositoryLayout.key(of: name(text), in: cluster, system))
        }
    }
}
