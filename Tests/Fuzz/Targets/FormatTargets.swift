import Format

extension FuzzTarget {
    static let formats = [walPageHeader, timelineHistory, names, streamHeader, streamTrailer, keyText]

    private static let walPageHeader = FuzzTarget(
        name: "wal-page-header", byteCountMax: 64, seeds: { try Vectors.segmentHeads().map(\.head) },
        run: { bytes in
            guard let header = try? WALPageHeader(bytes.span) else { return }
            expect((try? WALPageHeader(header.octets.span)) == header, "a page header is read as it is printed")
        })

    private static let timelineHistory = FuzzTarget(
        name: "timeline-history", byteCountMax: 4096,
        seeds: {
            [
                "1\t0/3000148\tno recovery target specified\n\n2\t1/A000000\tbefore 2026-11-21 02:00:00+00\n",
                "# comment\n  1 0/0\n17\tFFFFFFFF/FFFFFFFF", "1\t0/2000000\n2\t0/9000000\n3\t0/3000000\n",
            ].map { Array($0.utf8) }
        },
        run: { bytes in
            guard let timeline = TimelineID(rawValue: 1000),
                let history = try? TimelineHistory(of: timeline, bytes.span)
            else { return }
            for stretch in history.stretches {
                expect(history.contains(stretch.timeline), "a stretch is of the history")
                _ = history.timeline(containing: stretch.begin ?? .invalid)
            }
            let ranges = SegmentRanges(segmentSize: .standard, [.history(timeline)])
            _ = ranges.missing(along: history, from: .invalid, to: LSN(rawValue: .max))
            // Bytes that were no UTF-8 were repaired, which may make a line too long to be read again.
            guard let again = try? TimelineHistory(of: timeline, Array(history.text.utf8).span) else { return }
            expect(again.ancestors == history.ancestors, "a history is read as it is printed")
        })

    private static let names = FuzzTarget(
        name: "names", byteCountMax: 600,
        seeds: {
            [
                "0000000A0000001B000000FE", "0000000A.history", "0000000A0000001B000000FE.00000028.backup",
                "0000000A0000001B000000FE.partial", "16/B374D848", "18446744073709551615", "main", "trunkline.json",
                "clusters/main/systems/7710444044246919316", "clusters/a/wal/1/00000001/00000001.history",
                "clusters/a/wal/1/00000001/00000000/000000010000000000000001",
                "clusters/a/wal/1/other/historyhistory00", "20261125T143000Z-3f9a2c1d",
                "clusters/a/backups/20261125T143000Z-3f9a2c1d/summary",
                "clusters/a/packs/20261125T143000Z-3f9a2c1d/000001",
                "clusters/a/artifacts/b/c/20261125T143000Z-3f9a2c1d/stream",
            ].map { Array($0.utf8) }
        },
        run: { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            expect(WALFileName(text).map { $0.description == text } ?? true, "a file name prints as it is read")
            expect(SegmentName(text).map { $0.description == text } ?? true, "a segment's name prints as it is read")
            expect(TimelineID(fileText: text).map { $0.fileText == text } ?? true, "a timeline prints as it is read")
            expect(SystemIdentifier(text).map { $0.description == text } ?? true, "a system prints as it is read")
            expect(ClusterName(text).map { $0.description == text } ?? true, "a cluster prints as it is read")
            expect(BackupID(text).map { $0.description == text } ?? true, "a backup's id prints as it is read")
            expect(ArtifactName(text).map { $0.description == text } ?? true, "an artifact prints as it is read")
            expect(LSN(text).map { LSN($0.description) == $0 } ?? true, "an LSN is read as it is printed")
            guard let key = ObjectKey(text) else { return }
            expect(key.path == text, "a key prints as it is read")
            guard let place = RepositoryLayout.place(of: key) else { return }
            expect(soleKey(of: place) == key, "a place has one key")
        })

    private static func soleKey(of place: RepositoryLayout.Place) -> ObjectKey {
        switch place {
        case .marker: RepositoryLayout.marker
        case .system(let cluster, let system): RepositoryLayout.key(of: system, in: cluster)
        case .wal(let cluster, let system, let name): RepositoryLayout.key(of: name, in: cluster, system)
        case .backup(let cluster, let backup, let part): RepositoryLayout.key(of: part, backup, in: cluster)
        case .pack(let cluster, let pack): RepositoryLayout.key(of: pack, in: cluster)
        case .artifact(let cluster, let name, let version, let object):
            RepositoryLayout.key(of: object, version, of: name, in: cluster)
        }
    }

    private static let streamHeader = FuzzTarget(
        name: "stream-header", byteCountMax: StreamHeader.byteCountMax, seeds: { try SealedSeeds.headers() },
        run: { bytes in
            _ = try? StreamHeader.byteCount(prefix: bytes.span)
            guard let header = try? StreamHeader.parse(bytes.span) else { return }
            expect(header.encode() == bytes, "a stream header is written as it is read")
        })

    private static let streamTrailer = FuzzTarget(
        name: "stream-trailer", byteCountMax: StreamTrailer.byteCount + 8, seeds: { try SealedSeeds.trailers() },
        run: { bytes in
            guard let trailer = try? StreamTrailer.parse(bytes.span) else { return }
            _ = try? trailer.checkEmptyFields()
            expect(trailer.encode() == bytes, "a stream trailer is written as it is read")
        })

    private static let keyText = FuzzTarget(
        name: "key-text", byteCountMax: 512, seeds: { SealedSeeds.keyTexts().map { Array($0.utf8) } },
        run: { bytes in
            guard let key = try? KeyText.parse(bytes.span) else { return }
            expect(Array(key.text.utf8) == bytes, "a key prints as it is read")
        })
}
