import Codec
import Format

extension FuzzTarget {
    static let backups = [backupManifest, packDirectory, plainRecord]

    private static let backupManifest = FuzzTarget(
        name: "backup-manifest", byteCountMax: 4096,
        seeds: {
            try ["empty", "example", "smallest"].map { name in
                let vector = String(
                    decoding: try Vectors.octets("Vectors/manifest/success-\(name).json"), as: UTF8.self)
                // The only long run of hexadecimal digits is the content.
                let words = vector.split { !$0.isHexDigit }
                return Vectors.octets(hexadecimal: words.max { $0.count < $1.count } ?? "")
            }
        },
        run: { bytes in
            guard let manifest = try? BackupManifest.parse(bytes) else { return }
            expect(manifest.encode() == bytes, "a manifest is written as it is read")
            for file in manifest.files {
                let pieces = file.pieces.reduce(0) { $0 + UInt64($1.byteCount) }
                expect(pieces == file.size, "the pieces of a file make it up")
                expect(
                    file.hashes.isEmpty || file.hashes.count == BackupBlock.count(size: file.size),
                    "every block has its hash")
            }
        })

    private static let packDirectory = FuzzTarget(
        name: "pack-directory", byteCountMax: 1024,
        seeds: {
            [[], [100], [60, 40], [1, 2, 3, 4, 5]].map { (lengths: [UInt32]) in
                var end: UInt64 = 0
                let entries = lengths.map { length in
                    defer { end += UInt64(length) }
                    return PackDirectory.Entry(offset: end, byteCount: length)
                }
                return PackDirectory(entries: entries).encode()
            }
        },
        run: { bytes in
            _ = try? PackDirectory.byteCount(footer: Array(bytes.suffix(PackDirectory.footerByteCount)))
            for bodyByteCount: UInt64 in [0, 15, 100, .max - 2048] {
                let objectByteCount = bodyByteCount + UInt64(bytes.count)
                _ = try? PackDirectory.read(bytes, objectByteCount: objectByteCount)
                guard let directory = try? PackDirectory.parse(bytes, objectByteCount: objectByteCount) else {
                    continue
                }
                let again = directory.encode().dropLast(PackDirectory.checksumByteCount)
                expect(bytes.starts(with: again), "a pack directory is written as it is read")
            }
        })

    /// Summaries and what else is a record.
    private static let plainRecord = FuzzTarget(
        name: "plain-record", byteCountMax: 4096,
        seeds: {
            [
                """
                {"backup":"20261102T020000Z-0000000b","cluster":"main",
                "sources":"20261101T020000Z-0000000a","system":"7"}
                """,
                #"""
                {"backup":"20261102T020000Z-0000000b","base":"20261101T020000Z-0000000a","cluster":"a",
                "method":"full","packs":"20261102T020000Z-0000000b/000001","segmentBytes":16777216,"started":"x",
                "startLSN":"0/1","stopped":"y","stopLSN":"1/0","system":"7","timeline":1,"version":"15",
                "annotation.a":"\\\"b"}
                """#,
                "{}", " {\n\"a\" : 0 } ",
            ].map { Array($0.utf8) }
        },
        run: { bytes in
            guard let record = PlainRecord(bytes.span) else { return }
            expect(PlainRecord(record.octets.span, limit: .max) == record, "a record is read as it is written")
            if let summary = BackupSummary(record) {
                expect(BackupSummary(summary.record) == summary, "a summary is read as it is written")
            }
            if let begun = BackupBegun(record) {
                expect(BackupBegun(begun.record) == begun, "a beginning is read as it is written")
            }
        })
}
