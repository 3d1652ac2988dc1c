import Codec
import Format
import Operations
import Platform
import TestSupport
import Testing

@testable import Operations

@Suite struct VerifyScopeTests {
    private let fixture: VerifyFixture

    init() throws { fixture = try VerifyFixture() }

    /// What a run looks at, by what it misses when everything is damaged.
    private func lookedAt(_ scope: VerifyOptions.Scope) throws -> [String] {
        for key in try fixture.keys where !key.path.hasSuffix("/summary") && key != WAL.systemKey {
            var octets = try #require(fixture.store.octets(of: key))
            octets[octets.count / 2] ^= 1
            fixture.store.plant(octets, at: key)
        }
        let objects = Set(try fixture.verify(VerifyOptions(scope: scope)).findings.map(\.object))
        return objects.map { $0.replacing("clusters/main/", with: "") }.sorted()
    }

    @Test func oneBackup() throws {
        let id = fixture.two.id
        let wal = "wal/\(WAL.system)/00000001/00000000"
        let all = try lookedAt(.backup("\(id)", withWAL: false))
        #expect(
            all
                == [
                    "backups/\(id)/begun", "backups/\(id)/manifest", "packs/\(fixture.one.id)/000001",
                    "packs/\(id)/000001", "wal/\(WAL.system)/00000002/00000002.history",
                    "\(wal)/\(VerifyFixture.segments[1])",
                ].sorted())
    }

    @Test func oneBackupAndAllBehindIt() throws {
        let all = try lookedAt(.backup("latest", withWAL: true)).filter { $0.hasPrefix("wal/") }
        let names = all.map { String($0.split(separator: "/").last ?? "") }
        let expected = VerifyFixture.segments.dropFirst().map { "\($0)" }
        #expect(
            Set(names) == Set(expected + ["00000002.history", "\(VerifyFixture.segments[3].on(VerifyFixture.second))"]))
    }

    @Test func theWALAlone() throws {
        let all = try lookedAt(.wal)
        #expect(all.allSatisfy { $0.hasPrefix("wal/") })
        #expect(all.count == 6)
    }

    @Test func aBackupThatIsNotThere() throws {
        #expect(throws: OperationError.self) {
            try fixture.verify(VerifyOptions(scope: .backup("2025", withWAL: false)))
        }
    }
}
