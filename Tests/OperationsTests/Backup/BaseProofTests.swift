import Format
import Operations
import Platform
import Storage
import TestSupport
import Testing

@testable import Operations

@Suite struct BaseProofTests {
    private let store = MemoryStore()

    private static func pack(_ backup: Int, _ ordinal: Int) -> PackID {
        required(PackID(backup: BackupStage.id(backup), ordinal: ordinal))
    }

    private static func key(_ pack: PackID) -> ObjectKey { RepositoryLayout.key(of: pack, in: WAL.cluster) }
    private static func key(_ part: RepositoryLayout.BackupPart, _ backup: Int) -> ObjectKey {
        RepositoryLayout.key(of: part, BackupStage.id(backup), in: WAL.cluster)
    }

    /// Backup 2 refers to packs of 1 and 2; backup 3 was interrupted.
    private static func base() throws -> BackupBase {
        let manifest = BackupManifest(
            facts: try BackupStage().facts(BackupStage.id(2)),
            packs: [
                .init(id: pack(1, 1), byteCount: 3), .init(id: pack(1, 3), byteCount: 4),
                .init(id: pack(2, 1), byteCount: 5),
            ])
        let frame = JournalFrame(pack: pack(3, 1), packByteCount: 6, chapters: [], blocks: [])
        return BackupBase(
            BlockIndex(places: [], readers: [], manifest: manifest, pageErrors: []), frames: [frame])
    }

    private static let objects: [(ObjectKey, Int)] = [
        (key(.summary, 2), 1), (key(.begun, 3), 1), (key(pack(1, 1)), 3), (key(pack(1, 3)), 4), (key(pack(2, 1)), 5),
        (key(pack(3, 1)), 6),
    ]

    private func fill() { for (key, count) in Self.objects { store.plant(Array(repeating: 1, count: count), at: key) } }

    private func verdict(_ store: any Store) throws -> BaseProof.Verdict {
        try BaseProof(cluster: WAL.cluster, base: Self.base(), deadline: .never).verdict(WAL.repository(store))
    }

    @Test func everythingThatIsNeededHasToBeThere() throws {
        fill()
        // What is not referred to says nothing.
        store.plant([1], at: Self.key(Self.pack(1, 2)))
        store.plant([1], at: required(ObjectKey("clusters/main/packs/\(BackupStage.id(1))/other")))
        #expect(try verdict(store) == .whole)
        for (key, count) in Self.objects {
            store.plant(nil, at: key)
            #expect(try verdict(store) == .lacks(key.path))
            store.plant(Array(repeating: 1, count: count), at: key)
        }
        #expect(try verdict(store) == .whole)
    }

    @Test func aPackOfAnotherLengthIsNone() throws {
        fill()
        for (key, count) in Self.objects where key.path.contains("/packs/") {
            for wrong in [count - 1, count + 1] {
                store.plant(Array(repeating: 1, count: wrong), at: key)
                #expect(try verdict(store) == .lacks(key.path))
            }
            store.plant(Array(repeating: 1, count: count), at: key)
        }
    }

    @Test func whoMayNotLookKnowsNothing() throws {
        fill()
        for operation in [StoreOperation.head, .list] {
            let denied = FaultyStore(store, .before, only: [operation], code: .denied) { _ in true }
            #expect(try verdict(denied) == .hidden)
        }
    }

    @Test func trouble() throws {
        fill()
        for operation in [StoreOperation.head, .list] {
            let faulty = FaultyStore(store, .before, only: [operation], code: .unreachable) { $0 == 2 }
            #expect(throws: OperationError.self) { try verdict(faulty) }
        }
    }

    @Test func aFullBackupNeedsNothing() throws {
        let proof = BaseProof(cluster: WAL.cluster, base: BackupStage.empty, deadline: .never)
        #expect(try proof.verdict(WAL.repository(store)) == .whole)
    }
}
