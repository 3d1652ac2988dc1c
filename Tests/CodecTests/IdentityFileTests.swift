import Codec
import Format
import Testing

@Suite struct IdentityFileTests {
    /// Cheap, so that the tests are quick.
    private static let cost = LockedIdentity.Cost(passes: 1, memoryKiB: 64)

    private func locked(_ passphrase: String) throws -> LockedIdentity {
        try LockedIdentity(Cast.bob, passphrase: Array(passphrase.utf8).span, cost: Self.cost)
    }

    private func parse(_ text: String) throws(CodecError) -> IdentityFile {
        let octets = Array(text.utf8)
        return try IdentityFile.parse(octets.span)
    }

    private func secret(_ text: String) -> SecretBytes { SecretBytes(copying: Array(text.utf8).span) }

    @Test func printedFilesAreReadAgain() throws {
        let file = IdentityFile([.open(Cast.alice), .locked(try locked("correct horse"))])
        let octets = file.print(comments: ["of the host db1"])
        let text = String(decoding: octets, as: UTF8.self)
        #expect(text.hasPrefix("# of the host db1\n# recipient: \(Cast.alice.recipient.text)\ntrunkline-identity-"))
        let again = try IdentityFile.parse(octets.span)
        var asked = 0
        let identities = try again.identities { () throws(CodecError) in
            asked += 1
            return secret("correct horse")
        }
        #expect(identities.map(\.recipient) == [Cast.alice.recipient, Cast.bob.recipient])
        #expect(asked == 1)
    }

    @Test func openIdentitiesAskForNoPassphrase() throws {
        let file = try IdentityFile.parse(IdentityFile([.open(Cast.alice)]).print().span)
        let identities = try file.identities { () throws(CodecError) in
            Issue.record("nobody is to be asked")
            return secret("")
        }
        #expect(identities.count == 1)
    }

    @Test(arguments: ["battery staple", "correct horse ", ""]) func wrongPassphrasesAreRefused(wrong: String) throws {
        let error = try #require(throws: CodecError.self) {
            try locked("correct horse").unlock(passphrase: Array(wrong.utf8).span)
        }
        #expect(error.code == .wrongPassphrase)
    }

    @Test func everyDamagedCharacterOfALockedIdentityIsRefused() throws {
        let text = Array(try locked("correct horse").text.utf8)
        for index in text.indices {
            var damaged = text
            damaged[index] = damaged[index] == UInt8(ascii: "q") ? UInt8(ascii: "r") : UInt8(ascii: "q")
            #expect(throws: CodecError.self) { try LockedIdentity(text: damaged.span) }
        }
    }

    @Test func costsOutOfBoundsAreRefusedBeforeTheyArePaid() {
        let costs: [(UInt8, UInt32)] = [(0, 64), (17, 64), (255, 64), (1, 7), (1, (1 << 20) + 1), (1, .max)]
        for (passes, memoryKiB) in costs {
            let error = #expect(throws: CodecError.self) {
                try LockedIdentity(
                    Cast.bob, passphrase: Array("a".utf8).span,
                    cost: LockedIdentity.Cost(passes: passes, memoryKiB: memoryKiB))
            }
            #expect(error?.code == .tooCostly)
        }
    }

    @Test func spaceAndLineEndsDoNotMatter() throws {
        let text = "\r\n# comment\r\n\t \(Cast.alice.secretText) \r\n\n   # another\n\(Cast.bob.secretText)"
        #expect(try parse(text).entries.count == 2)
    }

    @Test func faultsAreNamedByTheirLine() throws {
        let text = "# comment\n\n\(Cast.alice.secretText)\n\(Cast.alice.recipient.text)\n"
        let error = try #require(throws: CodecError.self) { try parse(text) }
        #expect(error.code == .wrongKindOfKey)
        #expect(error.cause.hasPrefix("line 4: "))
    }

    @Test func filesWithoutOrWithTooMuchAreRefused() {
        let many = Array(repeating: Cast.alice.secretText, count: KeyFile.keyCountMax + 1).joined(separator: "\n")
        let large = String(repeating: "#\n", count: KeyFile.byteCountMax / 2 + 1)
        for text in ["", "\n", "# only a comment", many, large, "\0", "-----BEGIN PRIVATE KEY-----"] {
            #expect(throws: CodecError.self) { try parse(text) }
        }
    }

    @Test func filesOfOneKeyHoldOneKey() throws {
        let text = KeyFile.print(comments: ["host db1"], secretTexts: [Cast.host.secretText])
        let signingKey = try SigningKey(file: text.span)
        #expect(signingKey.signer == Cast.host.signer)
        #expect(throws: CodecError.self) { try DigestKey(file: text.span) }
        for wrong in [[], text + text] {
            #expect(throws: CodecError.self) { try SigningKey(file: wrong.span) }
        }
        let digest = KeyFile.print(comments: [], secretTexts: [Cast.digestKey.secretText])
        let digestKey = try DigestKey(file: digest.span)
        #expect(digestKey.secretText == Cast.digestKey.secretText)
    }
}
