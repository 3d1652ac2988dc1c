import Codec
import Format
import Operations
import Platform
import Postgres
import Storage
import Stream
import TestSupport
import Testing

@testable import Operations

/// Files in a directory of their own, a store in memory, and all that a backup puts around its workers, without a
/// server.
final class BackupStage {
    let directory: TemporaryDirectory
    let store = MemoryStore()
    var repositories: [Repository]
    var workers = 2
    /// Nil checks no pages.
    var pageCheck: PageCheck?
    /// For files that were changed a moment ago, a backup that looks now could not trust their times.
    var scanned = Clock.now().nanosecondsSince1970 + 60_000_000_000
    var journal: BackupJournal?
    var chunkCount = 64
    private(set) var lastWarnings: [String] = []
    private var backupCount = 0

    static let blockKey = [UInt8](repeating: 7, count: BackupFacts.blockKeyByteCount)
    static let empty = BackupBase(nil, frames: [])

    init() throws {
        directory = try TemporaryDirectory("backup")
        repositories = [WAL.repository(store, partBytes: 5 << 20)]
    }

    /// What one backup has made.
    struct Made {
        let manifest: BackupManifest
        let counts: BackupCounts
        let plan: BackupPlan

        func file(_ path: String) throws -> BackupFile {
            try #require(manifest.files.first { $0.path.utf8.elementsEqual(path.utf8) })
        }

        /// As the next backup would find it.
        var base: BackupBase {
            BackupBase(
                BlockIndex(places: [], readers: [], manifest: manifest, pageErrors: counts.pageErrors), frames: [])
        }
    }

    static func id(_ number: Int) -> BackupID {
        let digits = String(number, radix: 16)
        return required(
            BackupID("20261125T143000Z-" + String(repeating: "0", count: 8 - digits.count) + digits))
    }

    func scan(_ names: [String]) throws -> [ScannedFile] {
        var files: [ScannedFile] = []
        for name in names {
            let status = try #require(try FileSystem.status(of: "\(directory.path)/\(name)"))
            files.append(ScannedFile(path: name, status))
        }
        return files.sorted { BackupPath.precedes($0.path, $1.path) }
    }

    func backUp(
        _ names: [String], base: BackupBase = empty, rereads: Bool = false, changes: BackupPlan.Changes? = nil
    ) throws -> Made {
        try backUp(names, base: base, rereads: rereads, changes: changes, meanwhile: {})
    }

    /// Backs the files up; what happens `meanwhile` comes between the scan and the reading.
    func backUp(
        _ names: [String], base: BackupBase = empty, rereads: Bool = false, changes: BackupPlan.Changes? = nil,
        meanwhile: () throws -> Void
    ) throws -> Made {
        let files = try scan(names)
        let plan = BackupPlan(files, base: base, rereads: rereads, pageByteCount: 8192, changes: changes)
        try meanwhile()
        backupCount += 1
        let id = Self.id(backupCount)
        let ledger = BackupLedger(id, fileCount: files.count, firstIndex: base.chapterCount)
        let targets = BackupTargets(repositories)
        let failure = StickyFailure<OperationError>()
        let scene = BackupScene(
            dataDirectory: directory.path, cluster: WAL.cluster, files: files, base: base,
            hasher: BlockHasher(key: Self.blockKey), chapters: try Cast.chapters(), pageCheck: pageCheck,
            pageByteCount: 8192, targets: targets,
            chunks: BlockPool(name: "chunks", blockCapacity: BackupScene.chunkBytes, blockCount: chunkCount),
            limit: RateLimit(bytesPerSecond: nil), ledger: ledger, failure: failure, progress: NoProgress())
        let commits = PackCommits(targets, ledger: ledger, journal: journal, failure: failure, underWayMax: workers)
        let queue = BackupQueue(plan.units)
        _ = try inParallel(workers) { _ in BackupWorker(scene, commits: commits).run(queue) }
        commits.join()
        lastWarnings = targets.warnings
        try failure.check()
        let (chapters, packs, results, counts) = ledger.close()
        let made = files.enumerated().compactMap { index, file in
            plan.kept[index] ?? ManifestAssembly.file(file, results[index])
        }
        var assembly = ManifestAssembly(base: base, written: chapters, packs: packs)
        let manifest = try assembly.manifest(
            facts(id), directories: Self.directories(names), links: [], files: made)
        #expect(try BackupManifest.parse(manifest.encode()) == manifest)
        return Made(manifest: manifest, counts: counts, plan: plan)
    }

    func facts(_ id: BackupID = id(1)) -> BackupFacts {
        BackupFacts(
            id: id, cluster: WAL.cluster, system: WAL.system, major: 15, serverVersion: "15.1", segmentSize: WAL.size,
            pageByteCount: 8192, hasChecksums: true, isFromStandby: false, timeline: .first,
            startLSN: LSN(rawValue: 1 << 24), started: 0, scanned: scanned, blockKey: Self.blockKey)
    }

    /// Every file of the manifest is now as `expected` says, or as it is on disk.
    func expectRestorable(_ made: Made, _ expected: [String: [UInt8]] = [:]) throws {
        let reassembly = Reassembly(made.manifest, in: store)
        let hasher = BlockHasher(key: Self.blockKey)
        for file in made.manifest.files {
            let octets = try reassembly.octets(of: file)
            let wanted = try expected[file.path] ?? directory.octets(of: file.path)
            #expect(octets == wanted, "\(file.path)")
            for (number, hash) in file.hashes.enumerated() where hash != .unknown {
                let start = number * BackupBlock.byteCount
                let block = Array(octets[start..<min(start + BackupBlock.byteCount, octets.count)])
                #expect(hasher.hash(block.span.bytes) == hash, "\(file.path), block \(number)")
            }
        }
    }

    private static func directories(_ names: [String]) -> [BackupDirectory] {
        var paths: Set<String> = []
        for name in names {
            var parts = name.split(separator: "/")
            while parts.count > 1 {
                parts.removeLast()
                paths.insert(parts.joined(separator: "/"))
            }
        }
        return paths.sorted { BackupPath.precedes($0, $1) }.map { BackupDirectory(path: $0, mode: 0o700) }
    }
}

extension Cast {
    /// How a host seals chapters.
    static func chapters(level: Int = 1) throws -> ChapterSettings {
        let layout = StreamLayout(cipher: .secretstream, compression: .zstd, blockSize: .standard)
        return ChapterSettings(
            parameters: try SealParameters(layout: layout, recipients: [alice.recipient]), level: level)
    }
}

extension TemporaryDirectory {
    /// Overwrites in place, as a server does.
    func patch(_ name: String, at offset: Int, _ octets: [UInt8]) throws {
        try Descriptor.open("\(path)/\(name)", .write).write(octets.span.bytes, at: UInt64(offset))
    }

    func cut(_ name: String, to size: Int) throws {
        try Descriptor.open("\(path)/\(name)", .write).setSize(UInt64(size))
    }
}

/// Bytes that do not compress, more than a block of any size has.
private let pattern: [UInt8] = {
    var random = SeededRandom(seed: 1, name: "noise")
    return random.octets(3 << 20)
}()

extension SeededRandom {
    /// Bytes that do not compress within a block; made much faster than one by one.
    mutating func noise(_ count: Int) -> [UInt8] {
        var start = Int.random(in: 0..<pattern.count, using: &self)
        var noise: [UInt8] = []
        noise.reserveCapacity(count)
        while noise.count < count {
            noise += pattern[start..<min(start + count - noise.count, pattern.count)]
            start = 0
        }
        return noise
    }
}
