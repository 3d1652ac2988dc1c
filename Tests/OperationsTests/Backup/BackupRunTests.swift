import Codec
import Format
import Operations
import Platform
import Storage
import TestSupport
import Testing

@testable import Operations

@Suite struct BackupRunTests {
    private let drill: BackupDrill

    init() throws { drill = try BackupDrill() }

    private func touch(_ name: String = "16386", at offset: Int = 300_000) throws {
        try drill.host.directory.patch("data/base/1/\(name)", at: offset, Entropy.bytes(1000))
    }

    @Test func theFirstIsFullAndTheNextStoresWhatHasChanged() throws {
        let first = try drill.run()
        #expect(first.summary.method == .full && first.summary.base == nil)
        #expect(first.summary.byteCount == first.summary.readByteCount && first.warnings.isEmpty)
        #expect(drill.server.calls == ["start fast", "confirm", "stop"])
        try drill.expectWhole(drill.store)
        #expect(try FileSystem.status(of: drill.journalPath) == nil)
        try touch()
        let second = try drill.run()
        #expect(second.summary.method == .hashes && second.summary.base == first.summary.id)
        #expect(second.summary.storedByteCount < 400_000)
        #expect(second.summary.reusedByteCount + 400_000 > second.summary.byteCount)
        #expect(try drill.backups(in: drill.store) == [first.summary.id, second.summary.id].sorted())
        #expect(Set(second.summary.packs.map(\.backup)) == [first.summary.id, second.summary.id])
        drill.request.isFull = true
        let third = try drill.run()
        #expect(third.summary.method == .full && Set(third.summary.packs.map(\.backup)) == [third.summary.id])
    }

    @Test func begunNamesEveryBackupThatMayBeReferredTo() throws {
        let first = try drill.run()
        try touch()
        let second = try drill.run()
        try touch()
        let third = try drill.run()
        let key = RepositoryLayout.key(of: .begun, third.summary.id, in: WAL.cluster)
        let opened = try PlainStream.open(
            try #require(drill.store.octets(of: key)), as: key, signers: [Cast.host.signer])
        let record = required(PlainRecord(opened.content.span, limit: BackupBegun.byteCountMax))
        let begun = try #require(BackupBegun(record))
        #expect(begun.id == third.summary.id && begun.sources == [first.summary.id, second.summary.id].sorted())
    }

    @Test func annotationsAndTheCheckpointAreAsAskedFor() throws {
        drill.request.annotations = ["ticket": "OPS-7"]
        drill.request.checkpoint = .spread
        #expect(try drill.run().summary.annotations == ["ticket": "OPS-7"])
        #expect(drill.server.calls.first == "start spread")
    }

    // MARK: - When something fails

    /// The Nth call of the store fails, for N from 1 on until all succeed. After each failure every backup that is
    /// there is whole, and the next run succeeds and stores nothing twice.
    @Test(arguments: FaultyStore.Moment.allCases) func anyCallOfTheStoreMayFail(moment: FaultyStore.Moment) throws {
        var nth = 1
        var resumed = 0
        while true {
            let drill = try BackupDrill()
            let number = nth
            let faulty = FaultyStore(drill.store, moment) { $0 == number }
            let result = Result { try drill.run([drill.repository("local", faulty)]) }
            try drill.expectWhole(drill.store)
            guard faulty.faultCount > 0 else {
                _ = try result.get()
                break
            }
            let stored = try drill.keys(RepositoryLayout.packsPrefix(of: WAL.cluster), in: drill.store).count
            let again = try drill.run()
            try drill.expectWhole(drill.store)
            let all = again.resumedByteCount + again.summary.reusedByteCount
            if all > 0 { resumed += 1 }
            #expect(stored > 0 || all == 0)
            #expect(try drill.backups(in: drill.store).contains(again.summary.id))
            nth += 1
        }
        #expect(nth > 8 && resumed > 0)
    }

    /// The same when there is a base.
    @Test(arguments: FaultyStore.Moment.allCases) func anyCallMayFailOfOneThatRefers(moment: FaultyStore.Moment) throws
    {
        var nth = 1
        while true {
            let drill = try BackupDrill()
            let first = try drill.run()
            try drill.host.directory.patch("data/base/1/16386", at: 5, [1, 2, 3])
            // What was there before is not on disk any more; of the first nothing is compared below.
            drill.store.plant(nil, at: RepositoryLayout.key(of: .manifest, first.summary.id, in: WAL.cluster))
            let number = nth
            let faulty = FaultyStore(drill.store, moment) { $0 == number }
            let result = Result { try drill.run([drill.repository("local", faulty)]) }
            let again = try drill.run()
            #expect(again.summary.method == .hashes)
            #expect(again.summary.reusedByteCount > 5_000_000)
            for id in try drill.backups(in: drill.store) where id == first.summary.id {
                drill.store.plant(nil, at: RepositoryLayout.key(of: .summary, id, in: WAL.cluster))
            }
            try drill.expectWhole(drill.store)
            guard faulty.faultCount > 0 else {
                #expect(try result.get().summary.base == first.summary.id)
                break
            }
            nth += 1
        }
        #expect(nth > 6)
    }

    /// A best-effort repository has a backup as a whole or not at all, and the others have it in any case.
    @Test(arguments: FaultyStore.Moment.allCases) func anyCallOfABestEffortRepositoryMayFail(
        moment: FaultyStore.Moment
    ) throws {
        var nth = 1
        while true {
            let drill = try BackupDrill()
            let spare = required(drill.stores["spare"])
            let number = nth
            let faulty = FaultyStore(spare, moment) { $0 == number }
            let report = try drill.run([drill.repository(), drill.repository("spare", faulty, isRequired: false)])
            #expect(try drill.backups(in: drill.store) == [report.summary.id])
            try drill.expectWhole(drill.store)
            try drill.expectWhole(spare)
            guard faulty.faultCount > 0 else {
                #expect(report.warnings.isEmpty)
                break
            }
            #expect(report.warnings.contains { $0.contains("\"spare\"") } == !report.warnings.isEmpty)
            nth += 1
            // The next one goes to both only if both have what it refers to.
            let next = try drill.run([drill.repository(), drill.repository("spare", isRequired: false)])
            #expect(next.summary.method == .hashes)
            try drill.expectWhole(drill.store)
            try drill.expectWhole(spare)
            drill.request.isFull = true
            _ = try drill.run([drill.repository(), drill.repository("spare", isRequired: false)])
            #expect(try !drill.backups(in: spare).isEmpty)
        }
        #expect(nth > 8)
    }

    @Test func aRequiredRepositoryThatLacksTheLastBackupGetsEverything() throws {
        _ = try drill.run()
        let both = [drill.repository(), drill.repository("spare")]
        let second = try drill.run(both)
        #expect(second.summary.method == .full)
        #expect(second.warnings.contains { $0.contains("\"spare\" does not have the last backup") })
        try drill.expectWhole(required(drill.stores["spare"]))
        #expect(try drill.run(both).summary.method == .hashes)
    }

    // MARK: - What is not trusted

    @Test func aSummaryOrAPackThatIsGoneMakesTheNextBackupFull() throws {
        for part in ["summary", "pack"] {
            let drill = try BackupDrill()
            let first = try drill.run()
            let key =
                part == "summary"
                ? RepositoryLayout.key(of: .summary, first.summary.id, in: WAL.cluster)
                : RepositoryLayout.key(of: try #require(first.summary.packs.first), in: WAL.cluster)
            drill.store.plant(nil, at: key)
            let second = try drill.run()
            #expect(second.summary.method == .full)
            #expect(second.warnings.contains { $0.contains("lacks \"\(key.path)\"") })
            #expect(Set(second.summary.packs.map(\.backup)) == [second.summary.id])
        }
    }

    @Test func aHostThatMayNotLookTrustsItsIndex() throws {
        let first = try drill.run()
        let blind = FaultyStore(drill.store, .before, only: [.head, .list, .read], code: .denied) { _ in true }
        let second = try drill.run([drill.repository("local", blind)])
        #expect(second.summary.base == first.summary.id)
        try drill.expectWhole(drill.store)
    }

    /// Somebody who is to read backups from now on cannot read what was stored before.
    @Test func aNewRecipientMakesTheNextBackupFull() throws {
        _ = try drill.run()
        let index = try #require(BlockIndex.load(drill.indexPath))
        #expect(index.readers == [Cast.alice.recipient.text])
        let older = BlockIndex(
            places: index.places, readers: [Cast.mallory.recipient.text], manifest: index.manifest, pageErrors: [])
        try older.save(directory: "\(drill.host.state)/backup", name: "index")
        let second = try drill.run()
        #expect(second.summary.method == .full)
        #expect(second.warnings.contains { $0.contains("not sealed to all recipients") })
        #expect(Set(second.summary.packs.map(\.backup)) == [second.summary.id])
        // One who is not to read any more changes nothing about what can be read.
        let wider = BlockIndex(
            places: index.places, readers: [Cast.alice.recipient.text, Cast.mallory.recipient.text],
            manifest: try #require(BlockIndex.load(drill.indexPath)).manifest, pageErrors: [])
        try wider.save(directory: "\(drill.host.state)/backup", name: "index")
        #expect(try drill.run().summary.method == .hashes)
    }

    @Test func encryptionThatWasSwitchedCountsAsNewReaders() {
        #expect(HostKeys.canRead([], packsSealedTo: []))
        #expect(!HostKeys.canRead(["a"], packsSealedTo: []))
        #expect(!HostKeys.canRead([], packsSealedTo: ["a"]))
        #expect(HostKeys.canRead(["a"], packsSealedTo: ["a", "b"]))
        #expect(!HostKeys.canRead(["a", "b"], packsSealedTo: ["a"]))
    }

    private func interrupt(_ drill: BackupDrill) throws {
        let failing = FaultyStore(drill.store, .before, only: [.create]) { call in call > 1 }
        // The packs are uploads in parts; what is created in one request is begun, then the manifest.
        #expect(throws: OperationError.self) { try drill.run([drill.repository("local", failing)]) }
        #expect(BackupJournal.load(drill.journalPath, now: Clock.now())?.frames.isEmpty == false)
    }

    @Test func anInterruptedBackupIsBuiltUponWhileItsBegunIsThere() throws {
        try interrupt(drill)
        let report = try drill.run()
        #expect(report.resumedByteCount > 5_000_000 && report.summary.storedByteCount < 100_000)
        try drill.expectWhole(drill.store)
        let other = try BackupDrill()
        try interrupt(other)
        let begun = try other.keys(RepositoryLayout.backupsPrefix(of: WAL.cluster), in: other.store)
        for key in begun { other.store.plant(nil, at: key) }
        let again = try other.run()
        #expect(again.resumedByteCount == 0 && again.warnings.contains { $0.contains("lacks") })
        try other.expectWhole(other.store)
    }

    @Test func damageOfTheLocalFilesCostsTimeOnly() throws {
        _ = try drill.run()
        let path = String(drill.indexPath.dropFirst(drill.host.directory.path.count + 1))
        let octets = try #require(try drill.host.directory.octets(of: path))
        for damaged in [Array(octets.prefix(octets.count / 2)), [], octets.map { $0 ^ 1 }] {
            try drill.host.directory.write(path, damaged)
            #expect(try drill.run().summary.method == .full)
        }
        try drill.expectWhole(drill.store)
    }

    // MARK: - The server and its files

    @Test func aPromotedStandbyOrALostServerLeavesNoBackup() throws {
        for confirm in [true, false] {
            let drill = try BackupDrill()
            drill.server.failsToConfirm = confirm
            drill.server.failsToStop = !confirm
            #expect(throws: OperationError.self) { try drill.run() }
            #expect(try drill.backups(in: drill.store).isEmpty)
            drill.server.failsToConfirm = false
            drill.server.failsToStop = false
            let report = try drill.run()
            #expect(report.resumedByteCount > 5_000_000)
            try drill.expectWhole(drill.store)
        }
    }

    /// As when the file system was unmounted: every file seems to have been dropped.
    @Test func aDataDirectoryThatGoesAwayIsNoEmptyCluster() throws {
        let data = drill.host.data
        drill.onPhase = { phase in
            if phase == "back up files" { try? FileSystem.rename(from: data, to: "\(data)-gone") }
        }
        let error = #expect(throws: OperationError.self) { try drill.run() }
        #expect(error?.code == .noSuchFile && error?.object.hasSuffix("global/pg_control") == true)
        #expect(try drill.backups(in: drill.store).isEmpty)
    }
}
