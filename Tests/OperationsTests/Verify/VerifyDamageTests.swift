import Codec
import Format
import Operations
import Platform
import Storage
import TestSupport
import Testing

@testable import Operations

@Suite struct VerifyDamageTests {
    private let fixture: VerifyFixture

    init() throws { fixture = try VerifyFixture() }

    private func octets(_ key: ObjectKey) throws -> [UInt8] { try #require(fixture.store.octets(of: key)) }

    /// Runs with the object replaced, and puts it back.
    private func findings(
        _ key: ObjectKey, _ octets: [UInt8]?, _ options: VerifyOptions = VerifyOptions()
    ) throws -> [Finding] {
        let before = fixture.store.octets(of: key)
        fixture.store.plant(octets, at: key)
        defer { fixture.store.plant(before, at: key) }
        return try fixture.verify(options).findings
    }

    private func isPlainJSON(_ key: ObjectKey) -> Bool { key == WAL.systemKey }

    @Test func aGoodRepositoryIsFine() throws {
        let report = try fixture.verify()
        #expect(report.findings == [])
        #expect(report.notes == [])
        #expect(report.level == .content)
        #expect(report.backups == [fixture.one.id, fixture.two.id])
        #expect(report.checked.objects == (try fixture.keys.count))
        #expect(report.neverCount == 0)
        #expect(report.fresh.objects == 0)
    }

    /// Every `rounds`-th of some places, beginning at another one for each object: all are looked at in some object.
    private func share(_ places: [Int], of rounds: Int, object: Int) -> [Int] {
        places.indices.filter { ($0 + object) % rounds == 0 }.map { places[$0] }
    }

    /// One bit, in every part of an object: the header, the messages, the trailer; in packs, the chapters' and the
    /// directory. Every object has a third of the places, as each of them is a look at the whole repository.
    @Test func aFlippedBitIsFoundWhereverItIs() throws {
        for (object, key) in try fixture.keys.filter({ !isPlainJSON($0) }).enumerated() {
            let good = try octets(key)
            let places = [0, 9, 13, 60, 130, 200, good.count / 3, good.count / 2, good.count - 600, good.count - 273]
            let ends = [good.count - 271, good.count - 200, good.count - 100, good.count - 40, good.count - 1]
            for place in Set(share(places + ends, of: 3, object: object)) where good.indices.contains(place) {
                var bad = good
                bad[place] ^= 0x10
                let found = try findings(key, bad)
                #expect(found.contains { $0.object == key.path }, "byte \(place) of \(key): \(found)")
                #expect(found.allSatisfy { $0.kind == .damaged || $0.kind == .locked }, "\(key): \(found)")
            }
        }
    }

    /// Every chapter's first and last byte, and every part of the directory.
    @Test func everyChapterIsLookedAt() throws {
        for summary in [fixture.one, fixture.two] {
            let pack = try #require(PackID(backup: summary.id, ordinal: 1))
            let key = RepositoryLayout.key(of: pack, in: WAL.cluster)
            let good = try octets(key)
            let directoryBytes = try PackDirectory.byteCount(footer: good.suffix(PackDirectory.footerByteCount))
            let directory = try PackDirectory.read(
                Array(good.suffix(directoryBytes)), objectByteCount: UInt64(good.count))
            for (number, entry) in directory.entries.enumerated() {
                for place in [Int(entry.offset), Int(entry.offset) + Int(entry.byteCount) - 1] {
                    var bad = good
                    bad[place] ^= 1
                    let found = try findings(key, bad)
                    #expect(found.count == 1)
                    #expect(found.first?.cause.contains("chapter \(number)") == true, "\(found)")
                }
            }
            for place in (good.count - directoryBytes)..<good.count where place % 11 == 0 {
                var bad = good
                bad[place] ^= 1
                #expect(try findings(key, bad).map(\.object) == [key.path], "byte \(place)")
            }
        }
    }

    @Test func aShorterOrLongerObjectIsFound() throws {
        for (object, key) in try fixture.keys.filter({ !isPlainJSON($0) }).enumerated() {
            let good = try octets(key)
            let counts = [0, 1, 40, good.count / 2, good.count - 272, good.count - 1]
            for count in share(counts, of: 2, object: object) {
                let found = try findings(key, Array(good.prefix(count)))
                #expect(found.contains { $0.object == key.path && $0.kind == .damaged }, "\(count) of \(key): \(found)")
            }
            for tail in share([1, 48, 272], of: 3, object: object) {
                let found = try findings(key, good + Array(repeating: 0, count: tail))
                #expect(found.contains { $0.object == key.path && $0.kind == .damaged }, "\(tail) + \(key): \(found)")
            }
        }
        #expect(try findings(WAL.systemKey, [0x7B]).map(\.object) == [WAL.systemKey.path])
    }

    /// Both are as they were written, and both are something else than their names say.
    @Test func twoSwappedObjectsAreBothFound() throws {
        let keys = try fixture.keys.filter { !isPlainJSON($0) }
        for (left, right) in zip(keys, keys.dropFirst()) {
            let (one, other) = (try octets(left), try octets(right))
            fixture.store.plant(other, at: left)
            fixture.store.plant(one, at: right)
            let found = Set(try fixture.verify().findings.map(\.object))
            #expect(found.isSuperset(of: [left.path, right.path]), "\(left) and \(right): \(found)")
            fixture.store.plant(one, at: left)
            fixture.store.plant(other, at: right)
        }
    }

    @Test func whatIsNamedAndNotThereIsMissing() throws {
        let pack = RepositoryLayout.key(of: try #require(PackID(backup: fixture.one.id, ordinal: 1)), in: WAL.cluster)
        let found = try findings(pack, nil)
        #expect(found.map(\.kind) == [.missing])
        #expect(found.map(\.object) == [pack.path])
        #expect(found.first?.backups == [fixture.one.id, fixture.two.id])
        let manifest = RepositoryLayout.key(of: .manifest, fixture.two.id, in: WAL.cluster)
        #expect(try findings(manifest, nil).map(\.object) == [manifest.path])
        let stream = VerifyFixture.artifactKey(.stream)
        #expect(try findings(stream, nil).map(\.object) == [stream.path])
        #expect(try findings(WAL.systemKey, nil).map(\.object) == [WAL.systemKey.path])
    }

    @Test func everySegmentIsMissed() throws {
        let names = VerifyFixture.segments
        // Needed by the first backup, by the second, and behind both.
        let expected: [[BackupID]] = [
            [fixture.one.id], [fixture.two.id, fixture.one.id], [fixture.one.id, fixture.two.id],
        ]
        for (name, backups) in zip(names, expected) {
            let found = try findings(WAL.key(name), nil)
            #expect(found.contains { $0.kind == .gap && $0.object == "\(name)" }, "\(name): \(found)")
            #expect(Set(found.flatMap(\.backups)) == Set(backups), "\(name): \(found)")
        }
        // The timeline's last segment comes from its child, which begins with a copy.
        #expect(try findings(WAL.key(try #require(names.last)), nil) == [])
    }

    /// Without a summary it is no backup, only one that was interrupted.
    @Test func anUnfinishedBackupIsANote() throws {
        let key = RepositoryLayout.key(of: .summary, fixture.two.id, in: WAL.cluster)
        let before = fixture.store.octets(of: key)
        fixture.store.plant(nil, at: key)
        defer { fixture.store.plant(before, at: key) }
        let report = try fixture.verify()
        #expect(report.findings == [])
        #expect(report.backups == [fixture.one.id])
        #expect(
            report.notes == [
                "1 backup under way or interrupted, the newest is \(fixture.two.id)",
                "1 pack not used by a backup so far, such as \(fixture.two.id)/000001",
            ])
        let late = try fixture.verify(now: UnixTime(seconds: VerifyFixture.now.seconds + 8 * 86_400))
        #expect(late.findings.map(\.kind) == [.unreferenced])
    }

    @Test func aPackOfACompleteBackupThatDoesNotNameItIsUnreferenced() throws {
        let pack = RepositoryLayout.key(of: try #require(PackID(backup: fixture.one.id, ordinal: 2)), in: WAL.cluster)
        let own = RepositoryLayout.key(of: try #require(PackID(backup: fixture.one.id, ordinal: 1)), in: WAL.cluster)
        let found = try findings(pack, try octets(own))
        #expect(found.map(\.kind) == [.damaged, .unreferenced])
        #expect(found.map(\.object) == [pack.path, pack.path])
    }

    @Test func strangersAreANote() throws {
        let key = try #require(ObjectKey("clusters/main/notes.txt"))
        fixture.store.plant([1], at: key)
        let report = try fixture.verify()
        #expect(report.findings == [])
        #expect(report.notes.count == 1)
    }

    @Test func withoutTheRightIdentityNothingOpens() throws {
        let report = try fixture.verify(identities: [Cast.mallory])
        let sealed = try fixture.keys.filter { key in
            ["/wal/", "/packs/", "/manifest", "/stream"].contains { key.path.contains($0) }
        }
        #expect(Set(report.findings.map(\.object)) == Set(sealed.map(\.path)))
        #expect(report.findings.contains { $0.kind == .locked })
    }

    @Test func anUntrustedSignatureIsFound() throws {
        let segment = WAL.key(VerifyFixture.segments[1])
        fixture.store.plant(nil, at: segment)
        try WAL.store(
            WAL.octets(VerifyFixture.segments[1]), as: segment, in: fixture.store,
            Cast.sealing(signingKey: Cast.stranger))
        #expect(try fixture.verify().findings.map(\.object) == [segment.path])
    }

    /// A good object with WAL of another place in it.
    @Test func otherWALUnderAGoodNameIsFound() throws {
        let segment = VerifyFixture.segments[1]
        fixture.store.plant(nil, at: WAL.key(segment))
        try WAL.store(WAL.octets(VerifyFixture.segments[2]), as: WAL.key(segment), in: fixture.store)
        let found = try fixture.verify().findings
        #expect(found.map(\.object) == [WAL.key(segment).path])
        #expect(found.first?.cause.contains("page address") == true)
    }

    @Test func troubleIsNoFinding() throws {
        let faulty = FaultyStore(fixture.store, .before, only: [.read, .readTail]) { $0 > 12 }
        #expect(throws: OperationError.self) { try fixture.verification(store: faulty).run() }
        #expect(throws: OperationError.self) {
            try fixture.verification(store: FaultyStore(fixture.store, .before, only: [.list]) { _ in true }).run()
        }
        #expect(throws: OperationError.self) { try fixture.verification(store: MemoryStore()).run() }
    }
}
