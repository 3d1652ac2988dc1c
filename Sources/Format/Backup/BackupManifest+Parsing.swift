extension BackupManifest {
    /// A pack is some 32 MiB; no reader believes more.
    private static let packBytesMax: UInt64 = 1 << 40

    /// Reads what `encode` writes; throws for everything else. What it returns hangs together: pieces lie within their
    /// chapters and make up their files, paths are legal and in order.
    package static func parse(_ octets: [UInt8]) throws(FormatError) -> BackupManifest {
        var reader = OctetReader(octets, of: noun)
        guard octets.count >= magic.count, try reader.raw(magic.count) == magic else {
            throw FormatError(.notRecognised, noun, "it does not begin as one of this version does")
        }
        let facts = try BackupFacts.parse(&reader)
        let packs = try parsePacks(&reader)
        let chapters = try parseChapters(&reader, packs)
        let directories = try parseDirectories(&reader)
        let links = try parseLinks(&reader)
        let files = try parseFiles(&reader, chapters)
        try reader.finish()
        let manifest = BackupManifest(
            facts: facts, packs: packs, chapters: chapters, directories: directories, links: links, files: files)
        try manifest.checkPlaces()
        return manifest
    }

    private static func parseSources(_ reader: inout OctetReader) throws(FormatError) -> [BackupID] {
        var sources: [BackupID] = []
        for _ in 0..<(try reader.count(of: "backups", eachAtLeast: BackupID.byteCount + 1)) {
            let text = try reader.text()
            guard let id = BackupID(text) else { throw reader.wrong("\"\(text)\" names no backup") }
            sources.append(id)
        }
        guard Set(sources).count == sources.count else { throw reader.wrong("a backup is named twice") }
        return sources
    }

    /// Sources are numbered by their first use, so that one list has one encoding.
    private static func parsePacks(_ reader: inout OctetReader) throws(FormatError) -> [Pack] {
        let sources = try parseSources(&reader)
        var usedSourceCount = 0
        var known: Set<PackID> = []
        var packs: [Pack] = []
        for _ in 0..<(try reader.count(of: "packs", eachAtLeast: 3)) {
            let source = try reader.number(upTo: sources.count - 1, "the number of a backup")
            let ordinal = try reader.number(upTo: PackID.ordinals.upperBound, "the ordinal of a pack")
            let byteCount = try reader.number()
            guard let id = PackID(backup: sources[source], ordinal: ordinal), byteCount <= packBytesMax else {
                throw reader.wrong("a pack has ordinal \(ordinal) and \(byteCount) bytes")
            }
            guard source <= usedSourceCount, known.insert(id).inserted else {
                throw reader.wrong("pack \(id) is there twice or its backup is out of order")
            }
            usedSourceCount = max(usedSourceCount, source + 1)
            packs.append(Pack(id: id, byteCount: byteCount))
        }
        guard usedSourceCount == sources.count else { throw reader.wrong("a backup is named that has no pack") }
        return packs
    }

    private static func parseChapters(
        _ reader: inout OctetReader, _ packs: [Pack]
    ) throws(FormatError) -> [BackupChapter] {
        let count = try reader.count(of: "chapters", eachAtLeast: BackupChapter.digestByteCount + 5)
        var chapters: [BackupChapter] = []
        chapters.reserveCapacity(count)
        for _ in 0..<count {
            let chapter = try BackupChapter.parse(&reader, packCount: packs.count)
            let pack = packs[chapter.pack]
            guard chapter.offset <= pack.byteCount,
                UInt64(chapter.sealedByteCount) <= pack.byteCount - chapter.offset
            else { throw reader.wrong("a chapter reaches beyond the end of pack \(pack.id)") }
            chapters.append(chapter)
        }
        return chapters
    }

    private static func parseDirectories(_ reader: inout OctetReader) throws(FormatError) -> [BackupDirectory] {
        var directories: [BackupDirectory] = []
        for _ in 0..<(try reader.count(of: "directories", eachAtLeast: 2)) {
            let path = try reader.path(behind: directories.last?.path)
            directories.append(BackupDirectory(path: path, mode: try reader.mode()))
        }
        return directories
    }

    private static func parseLinks(_ reader: inout OctetReader) throws(FormatError) -> [BackupLink] {
        var links: [BackupLink] = []
        for _ in 0..<(try reader.count(of: "links", eachAtLeast: 3)) {
            let path = try reader.path(behind: links.last?.path)
            let target = try reader.text()
            guard !target.isEmpty, !target.utf8.contains(0) else {
                throw reader.wrong("link \"\(path)\" has no target")
            }
            let kind = try reader.number(upTo: 1, "the kind of a link")
            links.append(BackupLink(path: path, target: target, isTablespace: kind == 1))
        }
        return links
    }

    private static func parseFiles(
        _ reader: inout OctetReader, _ chapters: [BackupChapter]
    ) throws(FormatError) -> [BackupFile] {
        let count = try reader.count(of: "files", eachAtLeast: 9)
        var files: [BackupFile] = []
        files.reserveCapacity(count)
        var previous: [UInt8] = []
        for _ in 0..<count { files.append(try BackupFile.parse(&reader, behind: &previous, chapters)) }
        return files
    }
}

extension OctetReader {
    mutating func mode() throws(FormatError) -> UInt16 { UInt16(try number(upTo: 0o7777, "a mode")) }

    /// A legal path that comes after `previous`.
    fileprivate mutating func path(behind previous: String?) throws(FormatError) -> String {
        let path = try text()
        guard BackupPath.isValid(path) else { throw wrong("\"\(path)\" is no path of a backup") }
        if let previous, !BackupPath.precedes(previous, path) { throw wrong("\"\(path)\" is out of order") }
        return path
    }

    fileprivate mutating func time() throws(FormatError) -> Int64 { Int64(try number(upTo: Int.max, "a time")) }
}

extension BackupChapter {
    package static func parse(_ reader: inout OctetReader, packCount: Int) throws(FormatError) -> BackupChapter {
        let pack = try reader.number(upTo: packCount - 1, "the number of a pack")
        let number = try reader.number(upTo: numberMax - 1, "the number of a chapter")
        let offset = try reader.number()
        let sealed = try reader.number(upTo: sealedBytesMax, "the length of a chapter")
        let content = try reader.number(upTo: contentBytesMax, "the content of a chapter")
        let digest = try reader.raw(digestByteCount)
        return BackupChapter(
            pack: pack, number: number, offset: offset, sealedByteCount: sealed, contentByteCount: content,
            codesDigest: digest)
    }

    /// The most bytes a chapter of `contentBytesMax` takes, with blocks of any size: a full header, its messages with
    /// what zstd adds to what it cannot shrink, the trailer.
    package static let sealedBytesMax: Int = {
        let layout = StreamLayout(cipher: .secretstream, compression: .zstd, blockSize: .smallest)
        let message = StreamMessage.prefixByteCount + layout.messageByteCountMax
        let messages = contentBytesMax / layout.blockSize.byteCount + 1
        return StreamHeader.byteCountMax + messages * message + StreamTrailer.byteCount
    }()
}

extension BackupFacts {
    static func parse(_ reader: inout OctetReader) throws(FormatError) -> BackupFacts {
        guard let id = BackupID(try reader.text()), let cluster = ClusterName(try reader.text()) else {
            throw reader.wrong("the backup or the cluster has no legal name")
        }
        let system = SystemIdentifier(rawValue: try reader.number())
        let major = try reader.number(upTo: 1000, "the version")
        let version = try reader.text()
        let segment = try reader.number()
        let page = try reader.number(upTo: pageBytesMax, "the size of a page")
        let flags = try reader.number(upTo: BackupManifest.Flag.all, "the flags")
        let timelineNumber = try reader.number(upTo: Int(UInt32.max), "the timeline")
        guard let size = SegmentSize(byteCount: segment), let timeline = TimelineID(rawValue: UInt32(timelineNumber))
        else { throw reader.wrong("segments of \(segment) bytes on timeline \(timelineNumber)") }
        guard page >= pageBytesMin, page.nonzeroBitCount == 1 else { throw reader.wrong("pages of \(page) bytes") }
        var facts = BackupFacts(
            id: id, cluster: cluster, system: system, major: major, serverVersion: version, segmentSize: size,
            pageByteCount: page, hasChecksums: flags & BackupManifest.Flag.checksums != 0,
            isFromStandby: flags & BackupManifest.Flag.standby != 0, timeline: timeline,
            startLSN: LSN(rawValue: try reader.number()), stopLSN: LSN(rawValue: try reader.number()),
            started: try reader.time(), stopped: try reader.time(), scanned: try reader.time(),
            blockKey: try reader.raw(blockKeyByteCount))
        facts.owner = try reader.text()
        facts.group = try reader.text()
        facts.label = try reader.counted()
        facts.tablespaceMap = try reader.counted()
        facts.annotations = try parseAnnotations(&reader)
        return facts
    }

    private static func parseAnnotations(_ reader: inout OctetReader) throws(FormatError) -> [String: String] {
        var annotations: [String: String] = [:]
        var previous: String?
        for _ in 0..<(try reader.count(of: "annotations", eachAtLeast: 3)) {
            let (key, value) = (try reader.text(), try reader.text())
            guard annotations.count < BackupAnnotation.countMax, BackupAnnotation.isValid(key: key, value: value),
                previous.map({ BackupPath.precedes($0, key) }) ?? true
            else { throw reader.wrong("annotation \"\(key)\" is illegal or out of order") }
            annotations[key] = value
            previous = key
        }
        return annotations
    }
}

extension BackupFile {
    static func parse(
        _ reader: inout OctetReader, behind previous: inout [UInt8], _ chapters: [BackupChapter]
    ) throws(FormatError) -> BackupFile {
        let path = try parsePath(&reader, behind: &previous)
        let mode = try reader.mode()
        let size = try reader.number()
        let times = (modified: try reader.time(), changed: try reader.time())
        let inode = try reader.number()
        let flags = try reader.number(upTo: Flag.all, "the flags of a file")
        let checksum: UInt32? = flags & Flag.checksum == 0 ? nil : try reader.word()
        let pieces = try parsePieces(&reader, path, size: size, chapters)
        guard flags & Flag.hashes == 0 || size > 0 else { throw reader.wrong("\"\(path)\" has hashes of nothing") }
        let hashes = flags & Flag.hashes == 0 ? [] : try parseHashes(&reader, size: size)
        return BackupFile(
            path: path, mode: mode, size: size, modified: times.modified, changed: times.changed, inode: inode,
            checksum: checksum, pieces: pieces, hashes: hashes)
    }

    private static func parsePath(
        _ reader: inout OctetReader, behind previous: inout [UInt8]
    ) throws(FormatError) -> String {
        let shared = try reader.number(upTo: previous.count, "the shared part of a path")
        let bytes = previous[..<shared] + (try reader.counted())
        guard let path = String(validating: bytes, as: UTF8.self), BackupPath.isValid(path) else {
            throw reader.wrong("a file has an illegal path")
        }
        guard previous.lexicographicallyPrecedes(bytes) else { throw reader.wrong("\"\(path)\" is out of order") }
        guard shared == previous.count || previous[shared] != bytes[shared] else {
            throw reader.wrong("\"\(path)\" shares more with the path before it")
        }
        previous = Array(bytes)
        return path
    }

    private static func parsePieces(
        _ reader: inout OctetReader, _ path: String, size: UInt64, _ chapters: [BackupChapter]
    ) throws(FormatError) -> [FilePiece] {
        let count = try reader.count(of: "pieces", eachAtLeast: 2)
        var pieces: [FilePiece] = []
        pieces.reserveCapacity(count)
        var rest = size
        for _ in 0..<count {
            let byteCount = try reader.number(upTo: FilePiece.byteCountMax, "the length of a piece")
            guard byteCount > 0, UInt64(byteCount) <= rest else {
                throw reader.wrong("the pieces of \"\(path)\" do not make up its \(size) bytes")
            }
            rest -= UInt64(byteCount)
            let number = try reader.number(upTo: chapters.count, "the number of a chapter")
            guard number > 0 else {
                pieces.append(FilePiece(.zeros, byteCount: byteCount))
                continue
            }
            let content = chapters[number - 1].contentByteCount
            let offset = try reader.number(upTo: content, "an offset in a chapter")
            guard byteCount <= content - offset else {
                throw reader.wrong("a piece of \"\(path)\" reaches beyond the end of its chapter")
            }
            pieces.append(FilePiece(.chapter(number - 1, offset: offset), byteCount: byteCount))
        }
        guard rest == 0 else { throw reader.wrong("the pieces of \"\(path)\" do not make up its \(size) bytes") }
        return pieces
    }

    private static func parseHashes(_ reader: inout OctetReader, size: UInt64) throws(FormatError) -> [BlockHash] {
        guard size <= UInt64(Int.max) else { throw reader.wrong("a file of \(size) bytes") }
        let count = BackupBlock.count(size: size)
        guard count <= reader.remaining / BlockHash.byteCount else { throw reader.wrong("hashes are missing") }
        var hashes: [BlockHash] = []
        hashes.reserveCapacity(count)
        for _ in 0..<count { hashes.append(BlockHash(high: try reader.long(), low: try reader.long())) }
        return hashes
    }
}
