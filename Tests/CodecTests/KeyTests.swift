import Codec
import Format
import Testing

@Suite struct KeyTests {
    @Test func textsComeBack() throws {
        let identity = Identity.generate()
        let identityAgain = try Identity(text: Array(identity.secretText.utf8).span)
        #expect(identityAgain.secretText == identity.secretText)
        #expect(try Recipient(text: identity.recipient.text) == identity.recipient)
        let signing = SigningKey.generate()
        let signingAgain = try SigningKey(text: Array(signing.secretText.utf8).span)
        #expect(signingAgain.signer == signing.signer)
        #expect(try Signer(text: signing.signer.text) == signing.signer)
        let digest = DigestKey.generate()
        let digestAgain = try DigestKey(text: Array(digest.secretText.utf8).span)
        #expect(digestAgain.secretText == digest.secretText)
        #expect(Identity.generate().recipient != identity.recipient)
    }

    @Test func secretsAreNotDescribed() {
        let identity = Identity.generate()
        #expect("\(identity)" == "identity of \(identity.recipient.text)")
        let signing = SigningKey.generate()
        #expect("\(signing)" == "signing key of \(signing.signer.text)")
        #expect("\(DigestKey.generate())".hasPrefix("digest key "))
    }

    @Test func everyTypingErrorIsFound() throws {
        let text = Array(Cast.alice.recipient.text.utf8)
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567-A1=".utf8)
        for index in text.indices {
            for character in alphabet where character != text[index] {
                var typed = text
                typed[index] = character
                #expect(throws: CodecError.self) { try Recipient(text: typed.span) }
            }
            var shorter = text
            shorter.remove(at: index)
            #expect(throws: CodecError.self) { try Recipient(text: shorter.span) }
            if index > 0, text[index] != text[index - 1] {
                var swapped = text
                swapped.swapAt(index, index - 1)
                #expect(throws: CodecError.self) { try Recipient(text: swapped.span) }
            }
        }
    }

    @Test func errorsNeverRepeatASecret() throws {
        var typed = Array(Cast.alice.secretText.utf8)
        typed[40] = typed[40] == UInt8(ascii: "a") ? UInt8(ascii: "b") : UInt8(ascii: "a")
        let secret = String(decoding: typed[24..<36], as: UTF8.self)
        for read in [{ _ = try Identity(text: typed.span) }, { _ = try IdentityFile.parse(typed.span) }] {
            let error = try #require(throws: CodecError.self) { try read() }
            #expect(!"\(error) \(error.hint ?? "")".contains(secret))
        }
    }

    @Test func anotherKindOfKeyIsNamed() throws {
        let error = try #require(throws: CodecError.self) { try Recipient(text: Cast.alice.secretText) }
        #expect(error.code == .wrongKindOfKey)
        #expect(error.cause == "the text is an identity")
        #expect(error.hint == "A recipient begins with \"trunkline-recipient-\".")
    }
}
