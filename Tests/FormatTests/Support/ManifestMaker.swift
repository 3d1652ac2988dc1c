import Format
import TestSupport

/// Manifests that hang together, of any content.
struct ManifestMaker {
    var random: SeededRandom

    init(_ name: String) { random = SeededRandom(name) }

    mutating func manifest() -> BackupManifest {
        var manifest = BackupManifest(facts: facts())
        addPacks(to: &manifest)
        var folders = [""]
        for _ in 0..<number(0...6) {
            let parent = folders.randomElement(using: &random) ?? ""
            let path = parent.isEmpty ? name() : "\(parent)/\(name())"
            guard !folders.contains(path) else { continue }
            folders.append(path)
            manifest.directories.append(BackupDirectory(path: path, mode: UInt16(number(0...0o7777))))
        }
        manifest.directories.sort { BackupPath.precedes($0.path, $1.path) }
        addFiles(to: &manifest, in: folders)
        let linked = (manifest.directories.map(\.path) + manifest.files.map(\.path)).filter { _ in number(0...4) == 0 }
        manifest.links = linked.sorted(by: BackupPath.precedes).map {
            BackupLink(path: $0, target: "/\(name())", isTablespace: number(0...1) == 1)
        }
        return manifest
    }

    mutating func facts() -> BackupFacts {
        let sizes: [UInt64] = [1 << 20, 16 << 20, 1 << 30]
        let segmentSize = sizes.randomElement(using: &random).flatMap { SegmentSize(byteCount: $0) } ?? .standard
        var facts = BackupFacts(
            id: id(), cluster: ClusterName("main") ?? Self.never(),
            system: SystemIdentifier(rawValue: any()), major: number(0...1000), serverVersion: name(),
            segmentSize: segmentSize, pageByteCount: 1 << number(10...15), hasChecksums: number(0...1) == 1,
            isFromStandby: number(0...1) == 1,
            timeline: TimelineID(rawValue: UInt32(number(1...Int(UInt32.max)))) ?? Self.never(),
            startLSN: LSN(rawValue: any()), stopLSN: LSN(rawValue: any()), started: time(), stopped: time(),
            scanned: time(), blockKey: random.octets(32), owner: name(), group: name(),
            label: random.octets(number(0...300)), tablespaceMap: random.octets(number(0...30)))
        for _ in 0..<number(0...3) { facts.annotations["key.\(number(0...99))"] = name() }
        return facts
    }

    mutating func id() -> BackupID {
        let digits = String(number(0x1000_0000...0x7FFF_FFFF), radix: 16)
        return BackupID("202611\(number(10...30))T143000Z-\(digits)") ?? Self.never()
    }

    /// A component of a path; some have letters of several bytes.
    mutating func name() -> String {
        String((0..<number(1...12)).map { _ in "abcé_5.日-".randomElement(using: &random) ?? "x" }.filter { $0 != "." })
            + "x"
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int { .random(in: range, using: &random) }

    private mutating func any() -> UInt64 { random.next() >> UInt64(number(0...63)) }

    private mutating func time() -> Int64 { Int64(any() >> 1) }

    private mutating func addPacks(to manifest: inout BackupManifest) {
        let writers = (0..<3).map { _ in id() }
        var known: Set<PackID> = []
        for _ in 0..<number(0...4) {
            guard let writer = writers.randomElement(using: &random),
                let pack = PackID(backup: writer, ordinal: number(1...999_999)), known.insert(pack).inserted
            else { continue }
            manifest.packs.append(.init(id: pack, byteCount: UInt64(number(0...1 << 40))))
        }
        for _ in 0..<(manifest.packs.isEmpty ? 0 : number(0...8)) {
            let pack = number(0...manifest.packs.count - 1)
            let end = Int(manifest.packs[pack].byteCount)
            let sealed = number(0...min(BackupChapter.sealedBytesMax, end))
            manifest.chapters.append(
                BackupChapter(
                    pack: pack, number: number(0...BackupChapter.numberMax - 1),
                    offset: UInt64(number(0...end - sealed)),
                    sealedByteCount: sealed, contentByteCount: number(0...BackupChapter.contentBytesMax),
                    codesDigest: random.octets(32)))
        }
    }

    private mutating func addFiles(to manifest: inout BackupManifest, in folders: [String]) {
        var known = Set(folders)
        for _ in 0..<number(0...10) {
            let folder = folders.randomElement(using: &random) ?? ""
            let path = folder.isEmpty ? name() : "\(folder)/\(name())"
            guard known.insert(path).inserted else { continue }
            manifest.files.append(file(path, manifest.chapters))
        }
        manifest.files.sort { BackupPath.precedes($0.path, $1.path) }
    }

    private mutating func file(_ path: String, _ chapters: [BackupChapter]) -> BackupFile {
        var pieces = FilePieces()
        for _ in 0..<number(0...5) {
            if let index = chapters.indices.randomElement(using: &random), chapters[index].contentByteCount > 0,
                number(0...3) > 0
            {
                let offset = number(0...chapters[index].contentByteCount - 1)
                let length = number(1...min(chapters[index].contentByteCount - offset, 300_000))
                let room = chapters[index].contentByteCount - offset
                pieces.append(FilePiece(.chapter(index, offset: offset), byteCount: min(length, room)))
            } else {
                pieces.append(zeros: UInt64(number(1...300_000)))
            }
        }
        let hasHashes = number(0...1) == 1
        let hashes = (0..<(hasHashes ? BackupBlock.count(size: pieces.byteCount) : 0)).map { _ in
            BlockHash(high: any(), low: any())
        }
        return BackupFile(
            path: path, mode: UInt16(number(0...0o7777)), size: pieces.byteCount, modified: time(), changed: time(),
            inode: any(), checksum: number(0...1) == 1 ? UInt32(truncatingIfNeeded: any()) : nil, pieces: pieces.all,
            hashes: hashes)
    }

    private static func never<Value>() -> Value { preconditionFailure("a legal value") }
}
