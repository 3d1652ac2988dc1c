import Codec
import Format
import Operations
import Platform
import TestSupport
import Testing

@testable import Operations

@Suite struct VerifyStructureTests {
    private let fixture: VerifyFixture
    private static let structure = VerifyOptions(structureOnly: true)

    init() throws { fixture = try VerifyFixture() }

    private func findings(_ key: ObjectKey, _ change: (inout [UInt8]) -> Void) throws -> [Finding] {
        let before = fixture.store.octets(of: key)
        var octets = try #require(before)
        change(&octets)
        fixture.store.plant(octets, at: key)
        defer { fixture.store.plant(before, at: key) }
        return try fixture.verify(Self.structure).findings
    }

    @Test func nothingIsOpened() throws {
        for report in [try fixture.verify(Self.structure), try fixture.verify(identities: [])] {
            #expect(report.findings == [])
            #expect(report.level == .structure)
            #expect(report.checked.objects == (try fixture.keys.count))
        }
    }

    @Test func lengthsAndTrailersAreLookedAt() throws {
        for key in try fixture.keys where key != WAL.systemKey {
            let count = try #require(fixture.store.octets(of: key)).count
            for place in [count - 1, count - 20, count - 47] {
                let found = try findings(key) { $0[place] ^= 1 }
                #expect(found.map(\.object) == [key.path], "byte \(place) of \(key): \(found)")
            }
            #expect(try findings(key) { $0.removeLast() }.contains { $0.object == key.path }, "\(key)")
            #expect(try findings(key) { $0.removeFirst() }.contains { $0.object == key.path }, "\(key)")
            #expect(try findings(key) { $0.append(0) }.contains { $0.object == key.path }, "\(key)")
        }
    }

    @Test func contentIsNot() throws {
        let key = WAL.key(VerifyFixture.segments[0])
        #expect(try findings(key) { $0[$0.count / 2] ^= 1 } == [])
    }

    @Test func theTrailersOfChaptersAreLookedAt() throws {
        let pack = try #require(PackID(backup: fixture.one.id, ordinal: 1))
        let key = RepositoryLayout.key(of: pack, in: WAL.cluster)
        let octets = try #require(fixture.store.octets(of: key))
        let count = try PackDirectory.byteCount(footer: octets.suffix(PackDirectory.footerByteCount))
        let directory = try PackDirectory.read(Array(octets.suffix(count)), objectByteCount: UInt64(octets.count))
        for (number, entry) in directory.entries.enumerated() {
            let found = try findings(key) { $0[Int(entry.offset) + Int(entry.byteCount) - 100] ^= 1 }
            #expect(found.map(\.object) == [key.path])
            #expect(found.first?.cause.contains("chapter \(number)") == true)
        }
    }

    @Test func gapsAndMissingObjectsShow() throws {
        let segment = VerifyFixture.segments[1]
        fixture.store.plant(nil, at: WAL.key(segment))
        #expect(try fixture.verify(Self.structure).findings.contains { $0.object == "\(segment)" && $0.kind == .gap })
    }
}
