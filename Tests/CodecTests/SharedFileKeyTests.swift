import Codec
import Format
import Testing

@Suite struct SharedFileKeyTests {
    private static let pack = Sealed.key("clusters/main/packs/20261125T143000Z-3f9a2c1d/000001")

    private static func name(_ number: Int) -> ObjectKey { RepositoryLayout.chapterName(number, of: pack) }

    /// Chapters as a backup seals them: unsigned, without a digest, in blocks of 128 KiB.
    private static func parameters(
        _ cipher: StreamCipher = .secretstream, to recipients: [Recipient] = [Cast.alice.recipient]
    ) throws -> SealParameters {
        try Cast.sealing(
            StreamLayout(cipher: cipher, compression: .zstd, blockSize: .smallest), to: recipients, signingKey: nil,
            digestKey: nil)
    }

    private static func opening(
        _ identities: [Identity] = [Cast.alice], _ cache: FileKeyCache? = nil, acceptsUnencrypted: Bool = false
    ) -> OpenParameters {
        OpenParameters(identities: identities, acceptsUnencrypted: acceptsUnencrypted, fileKeys: cache)
    }

    @Test(arguments: StreamCipher.allCases, [0, 1, 131_072, 131_073, 400_000])
    func opensLikeAnyStream(cipher: StreamCipher, byteCount: Int) throws {
        let parameters = try Self.parameters(cipher)
        let shared = try SharedFileKey(parameters)
        for number in 0..<3 {
            let content = Octets.text(byteCount + number)
            let chapter = try Sealed.Chapter(content, parameters, name: Self.name(number), sharing: shared)
            let opened = try Opened(
                chapter.object, Self.opening(acceptsUnencrypted: cipher == .none), name: Self.name(number))
            #expect(opened.content == content)
            #expect(opened.report?.signer == nil)
            #expect(opened.report?.codesDigest == chapter.codesDigest)
            #expect(chapter.codesDigest.count == BackupChapter.digestByteCount)
        }
    }

    @Test func everyRecipientOpensEveryChapter() throws {
        let parameters = try Self.parameters(to: [Cast.alice.recipient, Cast.bob.recipient])
        let shared = try SharedFileKey(parameters)
        let cache = FileKeyCache()
        for number in 0..<3 {
            let chapter = try Sealed.Chapter([7], parameters, name: Self.name(number), sharing: shared)
            for identity in [Cast.alice, Cast.bob] {
                let opened = try Opened(chapter.object, Self.opening([identity], cache), name: Self.name(number))
                #expect(opened.content == [7])
            }
            let failure = try Opened.failure(
                chapter.object, Self.opening([Cast.mallory], cache), name: Self.name(number))
            #expect(failure == .noMatchingIdentity)
        }
    }

    @Test func headersDifferInNothingButNonceAndCode() throws {
        let parameters = try Self.parameters()
        let shared = try SharedFileKey(parameters)
        let objects = try (0..<2).map {
            try Sealed.Chapter([], parameters, name: Self.name($0), sharing: shared).object
        }
        let headers = try objects.map { object in
            let count = try StreamHeader.byteCount(prefix: Array(object.prefix(16)).span)
            return try StreamHeader.parse(Array(object.prefix(count)).span)
        }
        #expect(headers[0].slots == headers[1].slots)
        #expect(headers[0].nonce != headers[1].nonce)
        #expect(headers[0].code != headers[1].code)
    }

    @Test func noChapterOpensAsAnother() throws {
        let parameters = try Self.parameters()
        let shared = try SharedFileKey(parameters)
        let chapter = try Sealed.Chapter(Octets.text(1000), parameters, name: Self.name(1), sharing: shared)
        for cache in [nil, FileKeyCache()] {
            for other in [Self.name(0), Self.name(10), Self.pack] {
                let failure = try Opened.failure(chapter.object, Self.opening([Cast.alice], cache), name: other)
                #expect(failure == .wrongNameOrDamaged)
            }
        }
    }

    /// Header, messages and trailer of two chapters under one key do not go together.
    @Test func partsOfTwoChaptersDoNotMix() throws {
        let parameters = try Self.parameters()
        let shared = try SharedFileKey(parameters)
        let content = Octets.noise(1000, seed: 41)
        let one = try Sealed.Chapter(content, parameters, name: Self.name(0), sharing: shared).object
        let other = try Sealed.Chapter(content, parameters, name: Self.name(0), sharing: shared).object
        #expect(one.count == other.count)
        let header = try StreamHeader.byteCount(prefix: Array(one.prefix(16)).span)
        let trailer = one.count - StreamTrailer.byteCount
        let cache = FileKeyCache()
        for cut in [header, trailer] {
            let mixed = Array(one[..<cut] + other[cut...])
            let failure = try Opened.failure(mixed, Self.opening([Cast.alice], cache), name: Self.name(0))
            #expect(failure == (cut == header ? .wrongNameOrDamaged : .badTrailer))
        }
    }

    @Test func aCacheTakesNoDamagedSlotAndForgetsNoCheck() throws {
        let parameters = try Self.parameters()
        let shared = try SharedFileKey(parameters)
        let chapter = try Sealed.Chapter(Octets.text(300), parameters, name: Self.name(0), sharing: shared)
        let cache = FileKeyCache()
        _ = try Opened(chapter.object, Self.opening([Cast.alice], cache), name: Self.name(0))
        // Slot, nonce, header's code, first message.
        for (offset, failure) in [
            (16 + 20, .headerForged), (106, .headerForged), (135, .headerForged), (180, .wrongNameOrDamaged),
        ]
            as [(Int, StreamFailure)]
        {
            var damaged = chapter.object
            damaged[offset] ^= 1
            #expect(
                try Opened.failure(damaged, Self.opening([Cast.alice], cache), name: Self.name(0)) == failure)
        }
    }

    @Test func aCacheHoldsMorePacksThanItRemembers() throws {
        let parameters = try Self.parameters()
        let cache = FileKeyCache()
        let chapters = try (0..<40).map { number in
            try Sealed.Chapter(
                [UInt8(number)], parameters, name: Self.name(number), sharing: try SharedFileKey(parameters))
        }
        for round in 0..<2 {
            for (number, chapter) in chapters.enumerated() {
                let opened = try Opened(chapter.object, Self.opening([Cast.alice], cache), name: Self.name(number))
                #expect(opened.content == [UInt8(number)], "round \(round)")
            }
        }
    }

    @Test func anotherContentHasAnotherDigestOfItsCodes() throws {
        let parameters = try Self.parameters()
        let shared = try SharedFileKey(parameters)
        let digests = try [[1], [2], [1]].map { (content: [UInt8]) in
            try Sealed.Chapter(content, parameters, name: Self.name(0), sharing: shared).codesDigest
        }
        #expect(Set(digests).count == 3)
    }

    @Test func recordedRandomnessGivesTheSameChapters() throws {
        let parameters = try Self.parameters()
        let objects = try (0..<2).map { _ in
            let random = Tape.seeded(51)
            let shared = try SharedFileKey(parameters, random: random)
            return try Sealed.Chapter([1, 2], parameters, name: Self.name(0), sharing: shared, random: random).object
        }
        #expect(objects[0] == objects[1])
    }
}
