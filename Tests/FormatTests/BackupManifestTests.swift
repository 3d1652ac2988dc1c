import Format
import TestSupport
import Testing

@Suite struct BackupManifestTests {
    @Test func isReadAsItWasWritten() throws {
        var maker = ManifestMaker("BackupManifestTests.isReadAsItWasWritten")
        for _ in 0..<300 {
            let manifest = maker.manifest()
            let octets = manifest.encode()
            let again = try BackupManifest.parse(octets)
            #expect(again == manifest)
            #expect(again.encode() == octets)
        }
    }

    @Test func noTruncationIsAManifest() {
        let octets = small().encode()
        for count in octets.indices {
            #expect(throws: FormatError.self, "the first \(count) bytes") {
                try BackupManifest.parse(Array(octets.prefix(count)))
            }
        }
        #expect(throws: FormatError.self) { try BackupManifest.parse(octets + [0]) }
    }

    /// A damaged manifest is refused, or is another one: its seal and signature tell them apart.
    @Test func everyByteMayBeAnyOther() {
        let octets = small().encode()
        for index in octets.indices {
            for mask: UInt8 in [0x01, 0x02, 0x10, 0x40, 0x80, 0xFF] {
                var damaged = octets
                damaged[index] ^= mask
                guard let manifest = try? BackupManifest.parse(damaged) else { continue }
                #expect(manifest.encode() == damaged, "byte \(index)")
            }
        }
    }

    @Test func anyDamageIsRefusedOrAnotherManifest() {
        var maker = ManifestMaker("BackupManifestTests.anyDamageIsRefusedOrAnotherManifest")
        for _ in 0..<2000 {
            let damaged = maker.random.damaged(maker.manifest().encode())
            guard let manifest = try? BackupManifest.parse(damaged) else { continue }
            #expect(manifest.encode() == damaged)
        }
    }

    @Test func foreignBytesAreNotRecognised() {
        for octets in [[], Array("TRNKBKUP".utf8), Array("TRNKBKUP\u{2}".utf8) + Array(repeating: 0, count: 100)] {
            do {
                _ = try BackupManifest.parse(octets)
                Issue.record("\(octets) was read")
            } catch {
                #expect(error.code == .notRecognised)
                #expect(error.object == "backup manifest")
            }
        }
    }

    @Test func momentsBeforeTheEpochBecomeIt() throws {
        var manifest = small()
        manifest.facts.started = -1
        manifest.facts.scanned = .min
        let again = try BackupManifest.parse(manifest.encode())
        #expect(again.facts.started == 0)
        #expect(again.facts.scanned == 0)
        #expect(again.encode() == manifest.encode())
    }

    @Test func twoSpellingsOfALetterAreTwoPaths() throws {
        var manifest = small()
        manifest.files = ["e\u{301}", "\u{e9}"].map(Self.empty)
        #expect(try BackupManifest.parse(manifest.encode()).files.map { Array($0.path.utf8).count } == [3, 2])
        manifest.directories.append(BackupDirectory(path: "e\u{301}x", mode: 0o700))
        manifest.files.append(Self.empty("\u{e9}x/y"))
        #expect(throws: FormatError.self) { try BackupManifest.parse(manifest.encode()) }
    }

    @Test func aLinkStandsInADirectory() throws {
        var manifest = small()
        manifest.links = [BackupLink(path: "missing/x", target: "/x", isTablespace: false)]
        #expect(throws: FormatError.self) { try BackupManifest.parse(manifest.encode()) }
        // A directory, a file, and what had vanished behind the link.
        for path in ["base", "base/1", "base/2"] {
            manifest.links = [BackupLink(path: path, target: "/x", isTablespace: false)]
            #expect(try BackupManifest.parse(manifest.encode()).links.count == 1)
        }
    }

    @Test func aPathIsOneThing() {
        for path in ["base", "base/1/x", "other/x"] {
            var manifest = small()
            manifest.files = [manifest.files[0], Self.empty(path)].sorted { BackupPath.precedes($0.path, $1.path) }
            #expect(throws: FormatError.self, "\(path)") { try BackupManifest.parse(manifest.encode()) }
        }
        var manifest = small()
        manifest.directories.append(BackupDirectory(path: "pg_x/y", mode: 0o700))
        #expect(throws: FormatError.self) { try BackupManifest.parse(manifest.encode()) }
    }

    @Test func countsItsBytes() {
        #expect(small().byteCount == 3 + 200_000)
        #expect(BackupManifest(facts: small().facts).byteCount == 0)
    }

    @Test func chaptersMoveToAnotherPack() {
        let chapter = small().chapters[0]
        let moved = chapter.inPack(5)
        #expect(moved.pack == 5)
        #expect(moved.inPack(chapter.pack) == chapter)
    }

    @Test func aChapterAtItsLargestFits() {
        // A header of 16 slots, 65 messages of the smallest blocks with zstd at its worst, a trailer.
        #expect(BackupChapter.sealedBytesMax == 16 + 16 * 88 + 24 + 32 + 65 * (4 + 17 + 65_536 + 288) + 272)
    }

    private static func empty(_ path: String) -> BackupFile {
        BackupFile(
            path: path, mode: 0o600, size: 0, modified: 1, changed: 2, inode: 3, checksum: 0, pieces: [], hashes: [])
    }

    private func small() -> BackupManifest {
        guard let id = BackupID("20261125T143000Z-3f9a2c1d"), let cluster = ClusterName("main"),
            let pack = PackID(backup: id, ordinal: 1), let timeline = TimelineID(rawValue: 1)
        else { preconditionFailure("legal names") }
        let facts = BackupFacts(
            id: id, cluster: cluster, system: SystemIdentifier(rawValue: 7), major: 15, serverVersion: "15.20",
            segmentSize: .standard, pageByteCount: 8192, hasChecksums: true, isFromStandby: false, timeline: timeline,
            startLSN: LSN(rawValue: 40), started: 1_800_000_000, scanned: 5, blockKey: Array(repeating: 9, count: 32),
            owner: "postgres", annotations: ["a": "b", "A": "c"])
        let chapter = BackupChapter(
            pack: 0, number: 0, offset: 0, sealedByteCount: 500, contentByteCount: 100_000,
            codesDigest: Array(repeating: 1, count: 32))
        return BackupManifest(
            facts: facts, packs: [.init(id: pack, byteCount: 1000)], chapters: [chapter],
            directories: [BackupDirectory(path: "base", mode: 0o700)],
            files: [
                BackupFile(
                    path: "PG_VERSION", mode: 0o600, size: 3, modified: 1, changed: 2, inode: 3, checksum: 4,
                    pieces: [FilePiece(.chapter(0, offset: 0), byteCount: 3)], hashes: [BlockHash(high: 1, low: 2)]),
                BackupFile(
                    path: "base/1", mode: 0o600, size: 200_000, modified: 1, changed: 2, inode: 3, checksum: nil,
                    pieces: [
                        FilePiece(.zeros, byteCount: 190_000),
                        FilePiece(.chapter(0, offset: 90_000), byteCount: 10_000),
                    ], hashes: [.unknown, BlockHash(high: .max, low: .max)]),
            ])
    }
}
