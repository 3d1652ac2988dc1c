import Codec
import Format
import Testing

@Suite struct VectorTests {
    @Test func everyObjectHasItsOutcome() throws {
        let vectors = try VectorFiles.load(StreamVector.self, "stream")
        #expect(vectors.count > 100)
        for (name, vector) in vectors {
            for pieceByteCount in [Int.max, 7] where vector.object.count < 20_000 || pieceByteCount == .max {
                #expect(
                    try outcome(vector, pieceByteCount: pieceByteCount) == vector.outcome,
                    "\(name) in pieces of \(pieceByteCount)")
            }
        }
    }

    @Test func everyFailureClassHasAVector() throws {
        let outcomes = Set(try VectorFiles.load(StreamVector.self, "stream").map(\.vector.outcome))
        for failure in StreamFailure.allCases { #expect(outcomes.contains(failure.rawValue)) }
    }

    @Test func everyGoodObjectIsSealedAgainByteForByte() throws {
        for (name, vector) in try VectorFiles.load(StreamVector.self, "stream") where vector.outcome == "success" {
            let objectName = Sealed.key(vector.name)
            let opened = try Opened([UInt8](vector.object), try opening(vector), name: objectName)
            let layout = try #require(opened.layout)
            let seal = try #require(vector.seal)
            let parameters = try SealParameters(
                layout: layout, recipients: try seal.recipients.map { try Recipient(text: $0) },
                signingKey: try seal.signingKey.map { try SigningKey(text: Array($0.utf8).span) },
                digestKey: try seal.digestKey.map { try DigestKey(text: Array($0.utf8).span) })
            let blocks = Sealed.split(opened.content, layout.blockSize.byteCount)
            let tape = Tape(VectorFiles.octets(hex: seal.random))
            let object = try Sealed.seal(
                messages: opened.messages, Sealed.summary(blocks, parameters.digestKey, name: objectName),
                parameters, name: objectName, random: tape.randomness)
            #expect(object == [UInt8](vector.object), "\(name)")
            #expect(tape.isEmpty, "\(name)")
        }
    }

    @Test func everyKeyHasItsOutcome() throws {
        for (name, vector) in try VectorFiles.load(KeyVector.self, "keys") {
            do throws(CodecError) {
                let (text, publicText) = try read(vector)
                #expect(vector.outcome == "success", "\(name)")
                #expect(text == vector.text, "\(name)")
                #expect(publicText == vector.public, "\(name)")
            } catch {
                #expect("\(error.code)" == vector.outcome, "\(name)")
                #expect(error.object != "" && !"\(error)".contains(vector.text.dropFirst(24)) || vector.text.count < 30)
            }
        }
    }

    @Test func everyComparisonHasItsOutcome() throws {
        for (name, vector) in try VectorFiles.load(CompareVector.self, "compare") {
            let objectName = Sealed.key(vector.name)
            let digestKey = try vector.digestKey.map { try DigestKey(text: Array($0.utf8).span) }
            let blocks = Sealed.split([UInt8](vector.content), vector.blockByteCount)
            let content = Sealed.summary(blocks, digestKey, name: objectName)
            let signers = try vector.signers.map { try Signer(text: $0) }
            do throws(CodecError) {
                let reading = try TrailerReading(
                    VectorFiles.octets(hex: vector.trailer).span, objectByteCount: vector.objectByteCount,
                    name: objectName, signers: signers)
                #expect("\(reading.compare(content))" == vector.outcome, "\(name)")
            } catch {
                #expect(error.streamFailure?.rawValue == vector.outcome, "\(name)")
            }
        }
    }

    private func opening(_ vector: StreamVector) throws -> OpenParameters {
        OpenParameters(
            identities: try vector.identities.map { try Identity(text: Array($0.utf8).span) },
            digestKey: try vector.digestKey.map { try DigestKey(text: Array($0.utf8).span) },
            signers: try vector.signers.map { try Signer(text: $0) },
            acceptsUnencrypted: vector.acceptUnencrypted)
    }

    private func outcome(_ vector: StreamVector, pieceByteCount: Int) throws -> String {
        do {
            let opened = try Opened(
                [UInt8](vector.object), opening(vector), name: Sealed.key(vector.name),
                pieceByteCount: pieceByteCount)
            #expect(opened.content.count == vector.content?.byteCount)
            #expect(
                PlainHash.blake2b256(opened.content) == vector.content.map { VectorFiles.octets(hex: $0.blake2b256) })
            return "success"
        } catch let error as CodecError {
            return error.streamFailure?.rawValue ?? "\(error)"
        }
    }

    /// The text of the key read again, and of its public half.
    private func read(_ vector: KeyVector) throws(CodecError) -> (text: String, publicText: String?) {
        let text = Array(vector.text.utf8)
        switch vector.kind {
        case "recipient": return (try Recipient(text: text.span).text, nil)
        case "signer": return (try Signer(text: text.span).text, nil)
        case "digest-key": return (try DigestKey(text: text.span).secretText, nil)
        case "identity":
            let identity = try Identity(text: text.span)
            return (identity.secretText, identity.recipient.text)
        case "signing-key":
            let key = try SigningKey(text: text.span)
            return (key.secretText, key.signer.text)
        default:
            let locked = try LockedIdentity(text: text.span)
            let identity = try locked.unlock(passphrase: Array((vector.passphrase ?? "").utf8).span)
            return (locked.text, identity.recipient.text)
        }
    }
}
