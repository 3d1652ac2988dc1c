extension BackupManifest {
    /// `TRNKBKUP` and the version.
    static let magic = Array("TRNKBKUP".utf8) + [1]
    static let noun = "backup manifest"

    /// What `flags` says about the whole.
    enum Flag {
        static let checksums = 1
        static let standby = 2
        static let all = 3
    }

    /// The content of the manifest object, and of a local block index.
    package func encode() -> [UInt8] {
        var writer = OctetWriter()
        writer.raw(Self.magic)
        facts.encode(into: &writer)
        encodePacks(into: &writer)
        writer.number(directories.count)
        for directory in directories {
            writer.text(directory.path)
            writer.number(directory.mode)
        }
        writer.number(links.count)
        for link in links {
            writer.text(link.path)
            writer.text(link.target)
            writer.number(link.isTablespace ? 1 : 0)
        }
        writer.number(files.count)
        var previous: [UInt8] = []
        for file in files { file.encode(into: &writer, behind: &previous) }
        return writer.octets
    }

    private func encodePacks(into writer: inout OctetWriter) {
        var sources: [BackupID] = []
        var numbers: [BackupID: Int] = [:]
        for pack in packs where numbers[pack.id.backup] == nil {
            numbers[pack.id.backup] = sources.count
            sources.append(pack.id.backup)
        }
        writer.number(sources.count)
        for source in sources { writer.text("\(source)") }
        writer.number(packs.count)
        for pack in packs {
            writer.number(numbers[pack.id.backup] ?? 0)
            writer.number(pack.id.ordinal)
            writer.number(pack.byteCount)
        }
        writer.number(chapters.count)
        for chapter in chapters { chapter.encode(into: &writer) }
    }
}

extension BackupChapter {
    package func encode(into writer: inout OctetWriter) {
        writer.number(pack)
        writer.number(number)
        writer.number(offset)
        writer.number(sealedByteCount)
        writer.number(contentByteCount)
        writer.raw(codesDigest)
    }
}

extension BackupFacts {
    package func encode(into writer: inout OctetWriter) {
        writer.text("\(id)")
        writer.text("\(cluster)")
        writer.number(system.rawValue)
        writer.number(major)
        writer.text(serverVersion)
        writer.number(segmentSize.byteCount)
        writer.number(pageByteCount)
        writer.number(
            (hasChecksums ? BackupManifest.Flag.checksums : 0) | (isFromStandby ? BackupManifest.Flag.standby : 0))
        writer.number(timeline.rawValue)
        writer.number(startLSN.rawValue)
        writer.number(stopLSN.rawValue)
        for time in [started, stopped, scanned] { writer.number(max(time, 0)) }
        writer.raw(blockKey)
        writer.text(owner)
        writer.text(group)
        writer.counted(label)
        writer.counted(tablespaceMap)
        writer.number(annotations.count)
        for (key, value) in annotations.sorted(by: { BackupPath.precedes($0.key, $1.key) }) {
            writer.text(key)
            writer.text(value)
        }
    }
}

extension BackupFile {
    /// What `flags` says about a file.
    enum Flag {
        static let checksum = 1
        static let hashes = 2
        static let all = 3
    }

    /// A path is told by what it shares with the one before.
    func encode(into writer: inout OctetWriter, behind previous: inout [UInt8]) {
        let bytes = Array(path.utf8)
        let shared = zip(bytes, previous).prefix { $0 == $1 }.count
        writer.number(shared)
        writer.counted(bytes[shared...])
        previous = bytes
        writer.number(mode)
        writer.number(size)
        writer.number(max(modified, 0))
        writer.number(max(changed, 0))
        writer.number(inode)
        writer.number((checksum == nil ? 0 : Flag.checksum) | (hashes.isEmpty ? 0 : Flag.hashes))
        if let checksum { writer.word(checksum) }
        writer.number(pieces.count)
        for piece in pieces { piece.encode(into: &writer) }
        for hash in hashes {
            writer.long(hash.high)
            writer.long(hash.low)
        }
    }
}

extension FilePiece {
    /// 0 for zeros, else the chapter's index and one.
    package func encode(into writer: inout OctetWriter) {
        writer.number(byteCount)
        switch source {
        case .zeros: writer.number(0)
        case .chapter(let index, let offset):
            writer.number(index + 1)
            writer.number(offset)
        }
    }
}
