import Codec
import Format
import Operations
import Platform
import TestSupport
import Testing

@Suite struct PlainStreamTests {
    private static let block = StreamBlockSize.standard.byteCount
    private let name = key("some/record")

    private static func octets(_ count: Int) -> [UInt8] {
        var random = SeededRandom(seed: UInt64(count), name: "plain stream")
        return random.octets(count)
    }

    @Test(arguments: [0, 1, 100, block - 1, block, block + 1, PlainStream.contentByteCountMax])
    func comesBackAsItWent(_ count: Int) throws {
        let content = Self.octets(count)
        let sealed = try PlainStream.seal(content, as: name, by: Cast.sealing())
        #expect(sealed.count <= PlainStream.sealedByteCount(contentByteCount: count))
        let opened = try PlainStream.open(sealed, as: name, signers: [Cast.host.signer])
        #expect(opened.content == content)
        #expect(opened.signer == Cast.host.signer)
    }

    @Test func hasALimit() throws {
        let content = [UInt8](repeating: 0, count: PlainStream.contentByteCountMax + 1)
        let error = #expect(throws: OperationError.self) {
            try PlainStream.seal(content, as: name, by: Cast.sealing())
        }
        #expect(error?.code == .internalFault)
    }

    /// A repetition whose first reply was lost finds what it wrote.
    @Test func theSameContentMakesTheSameObject() throws {
        let content = Self.octets(1000)
        let first = try PlainStream.seal(content, as: name, by: Cast.sealing())
        #expect(try PlainStream.seal(content, as: name, by: Cast.sealing(digestKey: Cast.otherDigestKey)) == first)
        #expect(try PlainStream.seal(content, as: key("some/other"), by: Cast.sealing()) != first)
    }

    @Test func isNotTakenForAnother() throws {
        let sealed = try PlainStream.seal([1, 2, 3], as: name, by: Cast.sealing())
        #expect(throws: OperationError.self) { try PlainStream.open(sealed, as: key("some/other"), signers: []) }
        #expect(throws: OperationError.self) {
            try PlainStream.open(sealed, as: name, signers: [Cast.stranger.signer])
        }
        let unsigned = try SealParameters(layout: Cast.layout, recipients: [Cast.alice.recipient])
        let open = try PlainStream.seal([1, 2, 3], as: name, by: unsigned)
        #expect(try PlainStream.open(open, as: name, signers: []).signer == nil)
        #expect(throws: OperationError.self) { try PlainStream.open(open, as: name, signers: [Cast.host.signer]) }
    }

    @Test func everyChangedOctetShows() throws {
        let sealed = try PlainStream.seal(Self.octets(100), as: name, by: Cast.sealing())
        for index in sealed.indices {
            var damaged = sealed
            damaged[index] ^= 1
            let error = #expect(throws: OperationError.self) { try PlainStream.open(damaged, as: name, signers: []) }
            #expect(error?.code.kind == .badData, "octet \(index)")
        }
        for count in [0, 1, 20, 100, sealed.count - 1] {
            let cut = Array(sealed.prefix(count))
            #expect(throws: OperationError.self) { try PlainStream.open(cut, as: name, signers: []) }
        }
        #expect(throws: OperationError.self) { try PlainStream.open(sealed + [0], as: name, signers: []) }
    }

    @Test func anEncryptedStreamIsNone() throws {
        let store = MemoryStore()
        try WAL.store([1, 2, 3], as: name, in: store)
        let octets = try #require(store.octets(of: name))
        let error = #expect(throws: OperationError.self) { try PlainStream.open(octets, as: name, signers: []) }
        #expect(error?.code == .foreignKey)
    }

    @Test func isCreatedOnce() throws {
        let store = MemoryStore()
        let repository = WAL.repository(store)
        let sealed = try PlainStream.seal([1, 2, 3], as: name, by: Cast.sealing())
        #expect(try repository.readPlain(name, limit: 100, signers: [], until: .never) == nil)
        try repository.createPlain(name, sealed, until: .never)
        try repository.createPlain(name, sealed, until: .never)
        #expect(try repository.readPlain(name, limit: 3, signers: [], until: .never)?.content == [1, 2, 3])
        let other = try PlainStream.seal([1, 2, 4], as: name, by: Cast.sealing())
        let error = #expect(throws: OperationError.self) {
            try repository.createPlain(name, other, until: .never)
        }
        #expect(error?.code == .differentContent)
        #expect(error?.cause.contains("repository \"test\"") == true)
        #expect(store.octets(of: name) == sealed)
    }

    @Test func oneThatIsTooLongIsDamage() throws {
        let store = MemoryStore()
        let longest = PlainStream.sealedByteCount(contentByteCount: 100)
        store.plant([UInt8](repeating: 0, count: longest + 1), at: name)
        let error = #expect(throws: OperationError.self) {
            try WAL.repository(store).readPlain(name, limit: 100, signers: [], until: .never)
        }
        #expect(error?.code == .damaged)
    }
}
