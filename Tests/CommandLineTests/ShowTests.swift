import Format
import Operations
import Testing
import trunkline

@Suite struct ShowTests {
    private func file(_ path: String, _ size: UInt64, checksum: UInt32? = 0xBEEF) -> BackupFile {
        let pieces = size == 0 ? [] : [FilePiece(.chapter(0, offset: 0), byteCount: Int(size))]
        return BackupFile(
            path: path, mode: 0o600, size: size, modified: 0, changed: 0, inode: 0, checksum: checksum, pieces: pieces,
            hashes: [])
    }

    private var manifest: BackupManifest {
        let summary = Backups.later
        var facts = BackupFacts(
            id: summary.id, cluster: summary.cluster, system: summary.system, major: 15,
            serverVersion: summary.serverVersion, segmentSize: .standard, pageByteCount: 8192, hasChecksums: true,
            isFromStandby: true, timeline: .first, startLSN: summary.startLSN, stopLSN: summary.stopLSN,
            started: 0, scanned: 0, blockKey: Array(repeating: 0, count: 32), owner: "postgres", group: "postgres")
        facts.label = Array("START WAL LOCATION: 0/9000028 (file 000000010000000000000009)\nLABEL: trunkline\n".utf8)
        var manifest = BackupManifest(facts: facts)
        manifest.packs = summary.packs.map { .init(id: $0, byteCount: 250_000_000) }
        manifest.chapters = [
            BackupChapter(
                pack: 0, number: 0, offset: 0, sealedByteCount: 1000, contentByteCount: 4_000_000,
                codesDigest: Array(repeating: 1, count: 32))
        ]
        manifest.links = [BackupLink(path: "pg_tblspc/16400", target: "/srv/fast", isTablespace: true)]
        manifest.files = [
            file("PG_VERSION", 3), file("base/5/16384", 3_000_000), file("base/5/16384.1", 2_000_000, checksum: nil),
            file("base/5/16384_fsm", 24_576), file("base/5/pg_filenode.map", 512), file("base/5/t3_16390", 100),
            file("global/1262", 8192), file("pg_tblspc/16400/PG_15_202209061/5/16401", 4_000_000),
        ]
        return manifest
    }

    private func result(_ manifest: BackupManifest?) -> ShowBackup.Result {
        ShowBackup.Result(summary: Backups.later, repositories: ["local", "offsite"], manifest: manifest)
    }

    @Test func text() throws {
        let clear = ShowReport(result(nil), showsFiles: false).text
        let all = ShowReport(result(manifest), showsFiles: true).text
        try Snapshot.check("show.txt", "# in the clear\n\(clear)\n# all of it\n\(all)")
        for line in all.split(separator: "\n") { #expect(line.count <= ListReport.columnsMax, "\(line)") }
    }

    @Test func json() throws {
        let texts = [
            ShowJSON.text(result(nil), showsFiles: false), ShowJSON.text(result(manifest), showsFiles: true),
        ]
        try Snapshot.check("show.json.txt", texts.map { $0.text + "\n" }.joined())
    }
}
