import Codec
import Format
import Testing

@Suite struct StreamRoundTripTests {
    private static let block = StreamBlockSize.smallest.byteCount
    private static let byteCounts = [
        0, 1, 16, 200, 1000, block - 1, block, block + 1, 2 * block, 3 * block + 77, 20 * block,
    ]

    @Test(arguments: byteCounts, StreamCipher.allCases) func compressed(byteCount: Int, cipher: StreamCipher) throws {
        try check(Octets.text(byteCount), Sealed.layout(cipher, .zstd))
    }

    @Test(arguments: byteCounts, StreamCipher.allCases) func raw(byteCount: Int, cipher: StreamCipher) throws {
        try check(Octets.noise(byteCount, seed: 11), Sealed.layout(cipher, .none))
    }

    @Test(arguments: byteCounts) func incompressible(byteCount: Int) throws {
        try check(Octets.noise(byteCount, seed: 12), Sealed.layout())
    }

    @Test(arguments: [StreamBlockSize.standard, .largest]) func largeBlocks(size: StreamBlockSize) throws {
        try check(Octets.noise(size.byteCount + 5, seed: 13), Sealed.layout(.secretstream, .zstd, size))
    }

    @Test(arguments: [1, 2, 3, 4, 5, 15, 16, 17, 271, 4096]) func piecesOfAnySize(pieceByteCount: Int) throws {
        let content = Octets.text(Self.block + 100)
        let object = try Sealed.seal(content, Cast.sealing())
        let opened = try Opened(object, Cast.opening(), pieceByteCount: pieceByteCount)
        #expect(opened.content == content)
    }

    @Test func everyRecipientOpens() throws {
        let identities = (0..<UInt64(StreamHeader.slotCountMax)).map { Identity.generate(Tape.seeded(100 + $0)) }
        let content = Octets.text(1000)
        let object = try Sealed.seal(content, Cast.sealing(to: identities.map(\.recipient)))
        for identity in identities {
            #expect(try Opened(object, Cast.opening([Cast.mallory, identity])).content == content)
        }
        #expect(try Opened.failure(object, Cast.opening([Cast.mallory])) == .noMatchingIdentity)
        #expect(try Opened.failure(object, Cast.opening([])) == .noMatchingIdentity)
    }

    @Test func unsignedAndWithoutDigest() throws {
        let content = Octets.text(1000)
        let object = try Sealed.seal(content, Cast.sealing(signingKey: nil, digestKey: nil))
        let opened = try Opened(object, Cast.opening(signers: []))
        #expect(opened.content == content)
        #expect(opened.report?.signer == nil)
        #expect(opened.report?.isDigestChecked == false)
    }

    @Test func finalMessageMayBeEmpty() throws {
        let content = Octets.text(Self.block)
        let parameters = try Cast.sealing(Sealed.layout(.secretstream, .none))
        let object = try Sealed.seal(
            messages: [content, []], Sealed.summary([content], Cast.digestKey), parameters)
        #expect(try Opened(object, Cast.opening()).content == content)
    }

    @Test func theSameRandomnessGivesTheSameObject() throws {
        let content = Octets.text(1000)
        let first = try Sealed.seal(content, Cast.sealing(), random: Tape.seeded(9))
        #expect(try Sealed.seal(content, Cast.sealing(), random: Tape.seeded(9)) == first)
        #expect(try Sealed.seal(content, Cast.sealing()) != first)
    }

    @Test func parametersOutOfTheFormatAreRefused() throws {
        let many = (0...UInt64(StreamHeader.slotCountMax)).map { Identity.generate(Tape.seeded(200 + $0)).recipient }
        #expect(throws: CodecError.self) { try SealParameters(layout: Sealed.layout(), recipients: []) }
        #expect(throws: CodecError.self) { try SealParameters(layout: Sealed.layout(), recipients: many) }
        #expect(throws: CodecError.self) {
            try SealParameters(layout: Sealed.layout(.none), recipients: [Cast.alice.recipient])
        }
        let twice = try SealParameters(layout: Sealed.layout(), recipients: [many[0], many[0], many[1]])
        #expect(twice.recipients.count == 2)
    }

    private func check(_ content: [UInt8], _ layout: StreamLayout) throws {
        let object = try Sealed.seal(content, Cast.sealing(layout))
        let opened = try Opened(
            object, Cast.opening(acceptsUnencrypted: layout.cipher == .none), pieceByteCount: 50_000)
        #expect(opened.content == content)
        #expect(opened.layout == layout)
        let report = try #require(opened.report)
        #expect(report.contentByteCount == UInt64(content.count))
        #expect(report.signer == Cast.host.signer)
        #expect(report.isDigestChecked)
    }
}
