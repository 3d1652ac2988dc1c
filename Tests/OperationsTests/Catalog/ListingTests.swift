import Codec
import Format
import Operations
import Platform
import Storage
import TestSupport
import Testing

@testable import Operations

@Suite struct ListingTests {
    private let fixture: VerifyFixture

    init() throws { fixture = try VerifyFixture() }

    private func listing(identities: [Identity] = [Cast.alice], store: (any Store)? = nil) throws -> BackupListing {
        try ListingReader(
            cluster: WAL.cluster, repository: WAL.repository(store ?? fixture.store), signers: [Cast.host.signer],
            pipeline: identities.isEmpty ? nil : try Cast.openPipeline(identities), deadline: .after(seconds: 60)
        ).read()
    }

    private func windows(_ listing: BackupListing) -> [String] {
        listing.systems.flatMap(\.windows).map { "\($0.window.timeline) \($0.window.fromLSN) \($0.window.toLSN)" }
    }

    @Test func everythingIsListed() throws {
        let listing = try listing()
        let system = try #require(listing.systems.first)
        #expect(system.system == WAL.system)
        #expect(system.backups.map(\.id) == [fixture.one.id, fixture.two.id])
        #expect(system.restorable == [fixture.one.id, fixture.two.id])
        #expect(system.gaps == [])
        #expect(windows(listing) == ["1 0/200100 0/600000", "2 0/200100 0/600000"])
        #expect(listing.unfinished == [])
        #expect(listing.refused.isEmpty)
    }

    /// Without an identity it is not known that recovery leads from the first timeline to the second.
    @Test(arguments: [false, true])
    func noIdentityIsNeeded(_ hasForeignOne: Bool) throws {
        let listing = try listing(identities: hasForeignOne ? [Cast.mallory] : [])
        #expect(windows(listing) == ["1 0/200100 0/600000"])
        #expect(listing.systems.first?.sealedHistories == [VerifyFixture.second])
        #expect(listing.damaged.isEmpty)
    }

    @Test func aGapEndsAWindow() throws {
        fixture.store.plant(nil, at: WAL.key(VerifyFixture.segments[1]))
        let listing = try listing()
        #expect(windows(listing) == ["1 0/200100 0/300000"], "the second backup does not get to its stop")
        #expect(listing.systems.first?.restorable == [fixture.one.id])
        #expect(listing.systems.first?.gaps.map { "\($0.first) \($0.count)" } == ["\(VerifyFixture.segments[1]) 1"])
    }

    @Test func anUnfinishedBackupIsNone() throws {
        fixture.store.plant(nil, at: RepositoryLayout.key(of: .summary, fixture.one.id, in: WAL.cluster))
        let listing = try listing()
        #expect(listing.systems.first?.backups.map(\.id) == [fixture.two.id])
        #expect(listing.unfinished == [fixture.one.id])
    }

    @Test func whatCannotBeBelievedIsSaid() throws {
        let key = RepositoryLayout.key(of: .summary, fixture.one.id, in: WAL.cluster)
        var octets = try #require(fixture.store.octets(of: key))
        octets[octets.count / 2] ^= 1
        fixture.store.plant(octets, at: key)
        var history = try #require(fixture.store.octets(of: VerifyFixture.historyKey))
        history[history.count / 2] ^= 1
        fixture.store.plant(history, at: VerifyFixture.historyKey)
        let listing = try listing()
        #expect(listing.systems.first?.backups.map(\.id) == [fixture.two.id])
        #expect(listing.refused.count == 1)
        #expect(listing.damaged.count == 1)
        #expect(windows(listing) == ["1 0/300100 0/600000"])
    }

    @Test func troubleIsNoEmptyList() throws {
        #expect(throws: OperationError.self) {
            try listing(store: FaultyStore(fixture.store, .before, only: [.list]) { _ in true })
        }
        #expect(try listing(store: MemoryStore()).systems.isEmpty)
    }
}
