internal import Format
package import Operations

/// One backup for a person: names on the left, facts on the right.
package struct ShowReport {
    private let result: ShowBackup.Result
    private let showsFiles: Bool

    package init(_ result: ShowBackup.Result, showsFiles: Bool) {
        self.result = result
        self.showsFiles = showsFiles
    }

    private typealias Fact = (name: String, text: String)

    package var text: String {
        var sections = [Self.table([("backup", "\(result.summary.id)")] + clear)]
        if let manifest = result.manifest {
            let facts = ManifestFacts(manifest: manifest)
            sections.append(Self.table(sealed(facts)))
            if !facts.largestRelations.isEmpty { sections.append(Self.relations(facts)) }
            if !manifest.facts.label.isEmpty { sections.append(Self.label(manifest.facts.label)) }
            if showsFiles { sections.append(Self.files(manifest.files)) }
        } else {
            sections.append("This is what is in the clear. What only the manifest tells needs an identity.\n")
        }
        return sections.joined(separator: "\n")
    }

    private var clear: [Fact] {
        let summary = result.summary
        let standby = summary.isFromStandby ? ", taken from a standby" : ""
        let reused = Amount.share(summary.reusedByteCount, of: summary.byteCount)
        var facts: [Fact] = [
            ("cluster", "\(summary.cluster), system \(summary.system)"),
            ("repositories", result.repositories.joined(separator: ", ")),
            ("server", "PostgreSQL \(Console.oneLine(summary.serverVersion))\(standby)"),
            ("began", Amount.time(summary.started)), ("ended", Amount.time(summary.stopped)),
            ("took", Amount.duration(Double(summary.milliseconds) / 1000)),
            ("WAL", "\(summary.startLSN) - \(summary.stopLSN) on timeline \(summary.timeline)"),
            ("segments", segments), ("method", method),
            ("database", "\(Amount.bytes(summary.byteCount)) in \(Amount.count(summary.fileCount, "file"))"),
            ("read", Amount.bytes(summary.readByteCount)), ("stored", Amount.bytes(summary.storedByteCount)),
            ("reused", "\(Amount.bytes(summary.reusedByteCount)), \(reused)"), ("packs", packs),
            ("checksums", checksums), ("snapshot", Console.oneLine(summary.snapshot)),
        ]
        facts += summary.annotations.sorted { $0.key < $1.key }.map { key, value in
            ("annotation", "\(Console.oneLine(key)) = \(Console.oneLine(value))")
        }
        return facts.filter { !$0.text.isEmpty }
    }

    /// The WAL that makes it consistent.
    private var segments: String {
        let summary = result.summary
        guard let size = SegmentSize(byteCount: summary.segmentBytes), summary.stopLSN != .invalid else { return "" }
        let last = LSN(rawValue: summary.stopLSN.rawValue - 1)
        let names = [summary.startLSN, max(last, summary.startLSN)].map { position in
            "\(SegmentName(timeline: summary.timeline, containing: position, size: size))"
        }
        return names[0] == names[1] ? names[0] : names.joined(separator: " - ")
    }

    private var method: String {
        let base = result.summary.base.map { ", compared with \($0)" } ?? ""
        return switch result.summary.method {
        case .full: "full: everything was read and stored"
        case .hashes: "hashes: files that looked changed were read\(base)"
        case .summaries: "summaries: the server's WAL summaries told what had changed\(base)"
        }
    }

    private var packs: String {
        let own = result.summary.packs.filter { $0.backup == result.summary.id }.count
        let all = result.summary.packs.count
        return own == all ? "\(all), all of them its own" : "\(all), \(own) of them its own"
    }

    private var checksums: String {
        let count = result.summary.pageErrorCount
        return count == 0
            ? "no page was found wrong" : "\(Amount.count(count, "page").uppercased()) WITH A WRONG CHECKSUM"
    }

    // MARK: - From the manifest

    private func sealed(_ facts: ManifestFacts) -> [Fact] {
        let manifest = facts.manifest
        let counts = [
            Amount.count(manifest.files.count, "file"),
            manifest.directories.count == 1 ? "1 directory" : "\(manifest.directories.count) directories",
            Amount.count(manifest.links.count, "link"),
        ]
        let chapters = Amount.count(manifest.chapters.count, "chapter")
        var lines: [Fact] = [
            ("contents", counts.joined(separator: ", ")),
            (
                "referred to",
                "\(chapters) with \(Amount.bytes(facts.chapterContentBytes)), sealed in "
                    + "\(Amount.count(manifest.packs.count, "pack")) of \(Amount.bytes(facts.packBytes))"
            ),
            ("zeros", "\(Amount.bytes(facts.zeroBytes)), for which nothing is stored"),
            (
                "pages",
                "\(manifest.facts.pageByteCount) bytes, with\(manifest.facts.hasChecksums ? "" : "out") checksums"
            ),
            ("owner", "\(Console.oneLine(manifest.facts.owner)):\(Console.oneLine(manifest.facts.group))"),
        ]
        lines += facts.tablespaces.map { ("tablespace", Console.oneLine("\($0.path) -> \($0.target)")) }
        return lines
    }

    private static func relations(_ facts: ManifestFacts) -> String {
        let lines = facts.largestRelations.map {
            "  \(right(Amount.bytes($0.byteCount), 9))  \(Console.oneLine($0.name))\n"
        }
        return "largest relations\n" + lines.joined()
    }

    private static func label(_ octets: [UInt8]) -> String {
        let lines = String(decoding: octets, as: UTF8.self).split(separator: "\n")
        return "backup_label\n" + lines.map { "  \(Console.oneLine(String($0)))\n" }.joined()
    }

    private static func files(_ files: [BackupFile]) -> String {
        let head = "  \(right("SIZE", 14))  \(right("PIECES", 7))  CRC-32C   FILE\n"
        let lines = files.map { file in
            let checksum = file.checksum.map { hexadecimal($0) } ?? "-       "
            return "  \(right("\(file.size)", 14))  \(right("\(file.pieces.count)", 7))  \(checksum)  "
                + "\(Console.oneLine(file.path))\n"
        }
        return "files\n" + head + lines.joined()
    }

    static func hexadecimal(_ word: UInt32) -> String {
        let digits = String(word, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    private static func table(_ facts: [Fact]) -> String {
        let width = (facts.map(\.name.count).max() ?? 0) + 2
        return facts.map { fact in
            fact.name + String(repeating: " ", count: width - fact.name.count) + fact.text + "\n"
        }.joined()
    }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
