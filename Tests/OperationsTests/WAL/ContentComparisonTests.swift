import Codec
import Format
import Operations
import Platform
import Storage
import TestSupport
import Testing

@testable import Operations

@Suite struct ContentComparisonTests {
    private static let name = WAL.name("00000002.history")
    private static let key = WAL.key(name)
    private static let octets = Array("1\t0/5000000\tno recovery target specified\n".utf8)

    /// Archives `octets` where `stored` is already, as another host may have sealed it.
    private func archive(
        _ octets: [UInt8] = octets, onto stored: [UInt8] = octets, sealing: SealParameters? = nil,
        digestKey: DigestKey = Cast.digestKey, identities: [Identity] = [],
        damaging damage: (inout [UInt8]) -> Void = { _ in }
    ) throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("\(Self.name)", octets)
        let store = MemoryStore()
        try WAL.store(stored, as: Self.key, in: store, sealing)
        var object = try #require(store.octets(of: Self.key))
        damage(&object)
        store.plant(object, at: Self.key)
        let target = try WAL.target([WAL.repository(store)], digestKey: digestKey, identities: identities)
        defer { #expect(store.octets(of: Self.key) == object, "what is there stays as it is") }
        _ = try target.archive(Self.name, at: path, until: .after(seconds: 60))
    }

    private func expectError(_ code: OperationError.Code, _ body: () throws -> Void) {
        let error = #expect(throws: OperationError.self) { try body() }
        #expect(error?.code == code)
    }

    @Test func theSameContentIsSuccess() throws {
        try archive()
    }

    /// Different only in the last byte, or in length.
    @Test(arguments: [Array("other".utf8), octets + [10], Array(octets.dropLast()) + [11], []])
    func otherContentIsRefused(stored: [UInt8]) {
        expectError(.differentContent) { try archive(onto: stored) }
    }

    @Test func anotherDigestKeyIsNoMatterForWhoeverCanRead() throws {
        let foreign = try Cast.sealing(digestKey: Cast.otherDigestKey)
        try archive(sealing: foreign, identities: [Cast.alice])
        try archive(sealing: try Cast.sealing(digestKey: nil), identities: [Cast.alice])
        expectError(.differentContent) {
            try archive(
                onto: Array(Self.octets.reversed()), sealing: foreign, identities: [Cast.alice])
        }
    }

    @Test(arguments: [[], [Cast.mallory]])
    func anotherDigestKeyWithoutAnIdentityIsNotTold(identities: [Identity]) throws {
        let foreign = try Cast.sealing(digestKey: Cast.otherDigestKey)
        let error = #expect(throws: OperationError.self) { try archive(sealing: foreign, identities: identities) }
        #expect(error?.code == .differentContent)
        #expect(error?.hint?.contains("digest key") == true)
    }

    @Test func everyDamagedByteOfTheTrailerIsNoticed() {
        for offset in stride(from: 1, through: StreamTrailer.byteCount, by: 7) {
            expectError(.damaged) { try archive { object in object[object.count - offset] ^= 0x40 } }
        }
        expectError(.damaged) { try archive { $0.removeLast() } }
        expectError(.damaged) { try archive { $0.append(0) } }
        expectError(.damaged) { try archive { $0.removeFirst() } }
        expectError(.damaged) { try archive { $0 = [] } }
        expectError(.damaged) { try archive { $0 = Array($0.prefix(100)) } }
    }

    @Test func aStrangersSignatureDoesNotCount() throws {
        let forged = try Cast.sealing(signingKey: Cast.stranger)
        expectError(.damaged) { try archive(sealing: forged) }
    }

    /// The object was made, the reply was lost: the second try finds our own bytes.
    @Test(arguments: [1, 2])
    func aLostReplyIsSuccess(faults: Int) throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("\(Self.name)", Self.octets)
        let memory = MemoryStore()
        let faulty = FaultyStore(memory, .after, only: [.create]) { $0 <= faults }
        let retrying = RetryingStore(faulty, sleep: { _ in })
        let target = try WAL.target([WAL.repository(retrying)])
        _ = try target.archive(Self.name, at: path, until: .after(seconds: 60))
        #expect(faulty.faultCount == faults)
    }

    @Test func aStoreThatContradictsItselfIsTrouble() throws {
        let memory = MemoryStore()
        memory.plant([], at: Self.key)
        let forgetful = FaultyStore(memory, .before, only: [.readTail]) { _ in
            memory.plant(nil, at: Self.key)
            return false
        }
        let directory = try TemporaryDirectory()
        let path = try directory.write("\(Self.name)", Self.octets)
        let target = try WAL.target([WAL.repository(forgetful)])
        expectError(.unavailable) { _ = try target.archive(Self.name, at: path, until: .after(seconds: 60)) }
    }
}
