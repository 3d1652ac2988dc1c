import Codec
import Format
import TestSupport
import Testing

/// One small stream, damaged in every possible simple way.
@Suite struct DamageTests {
    private static let content = Octets.text(StreamBlockSize.smallest.byteCount + 100)
    /// Header with one slot.
    private static let headerByteCount = StreamHeader.byteCount(slotCount: 1)

    @Test(arguments: StreamCipher.allCases) func everyBitFlipIsRefused(cipher: StreamCipher) throws {
        let stream = try SmallStream(cipher)
        // Two bits of each byte of the cipher that matters, one of the other.
        let step = cipher == .secretstream ? 4 : 8
        for offset in stream.object.indices {
            for bit in stride(from: offset % step, to: 8, by: step) {
                var object = stream.object
                object[offset] ^= 1 << bit
                let failure = try stream.failure(object)
                #expect(stream.expected(at: offset).contains(try #require(failure)), "byte \(offset), bit \(bit)")
            }
        }
    }

    @Test(arguments: StreamCipher.allCases) func everyOtherByteIsRefused(cipher: StreamCipher) throws {
        let stream = try SmallStream(cipher)
        for offset in stream.object.indices {
            for value in [UInt8](arrayLiteral: 0, 0xFF) where value != stream.object[offset] {
                var object = stream.object
                object[offset] = value
                let failure = try stream.failure(object)
                #expect(stream.expected(at: offset).contains(try #require(failure)), "byte \(offset), value \(value)")
            }
        }
    }

    @Test(arguments: StreamCipher.allCases, [Int.max, 1]) func everyTruncationIsRefused(
        cipher: StreamCipher, pieceByteCount: Int
    ) throws {
        let stream = try SmallStream(cipher)
        // Given byte by byte, every length would be a walk through the whole stream.
        for count in stream.object.indices where pieceByteCount > 1 || count % 8 == 0 || stream.isBoundary(count) {
            let failure = try stream.failure(Array(stream.object.prefix(count)), pieceByteCount: pieceByteCount)
            #expect(failure == .truncated, "\(count) bytes")
        }
    }

    @Test(arguments: StreamCipher.allCases) func appendedBytesAreRefused(cipher: StreamCipher) throws {
        let stream = try SmallStream(cipher)
        for count in [1, 2, 4, 271, 272, 273] {
            #expect(try stream.failure(stream.object + Octets.noise(count, seed: 3)) == .trailingBytes)
            #expect(try stream.failure(stream.object + Array(repeating: 0, count: count)) == .trailingBytes)
        }
        #expect(try stream.failure(stream.object + stream.object) == .trailingBytes)
        #expect(try stream.failure(stream.object + [0], pieceByteCount: 1) == .trailingBytes)
    }

    @Test(arguments: StreamCipher.allCases) func everyInsertedOrRemovedByteIsRefused(cipher: StreamCipher) throws {
        let stream = try SmallStream(cipher)
        for offset in stream.object.indices {
            var longer = stream.object
            longer.insert(0x55, at: offset)
            #expect(try stream.failure(longer) != nil, "inserted at \(offset)")
            var shorter = stream.object
            shorter.remove(at: offset)
            #expect(try stream.failure(shorter) != nil, "removed at \(offset)")
        }
    }

    @Test(arguments: StreamCipher.allCases) func anotherNameIsRefused(cipher: StreamCipher) throws {
        let stream = try SmallStream(cipher)
        for path in ["a", Sealed.name.path + "0", String(Sealed.name.path.dropLast()) + "4"] {
            #expect(try stream.failure(stream.object, name: Sealed.key(path)) == .wrongNameOrDamaged)
        }
    }

    @Test func foreignKeysAreRefused() throws {
        let stream = try SmallStream(.secretstream)
        let object = stream.object
        #expect(try Opened.failure(object, Cast.opening([Cast.bob])) == .noMatchingIdentity)
        #expect(try Opened.failure(object, Cast.opening(signers: [Cast.stranger.signer])) == .untrustedSigner)
        let unsigned = try Sealed.seal(Self.content, Cast.sealing(signingKey: nil))
        #expect(try Opened.failure(unsigned, Cast.opening()) == .untrustedSigner)
        #expect(try Opened.failure(unsigned, Cast.opening(signers: [])) == nil)
    }

    @Test func unencryptedIsRefusedUnlessAccepted() throws {
        let object = try SmallStream(.none).object
        #expect(try Opened.failure(object, Cast.opening()) == .notEncrypted)
        #expect(try Opened.failure(object, Cast.opening(acceptsUnencrypted: true)) == nil)
    }

    @Test func oneHeaderDoesNotServeAnotherBody() throws {
        let first = try Sealed.seal(Self.content, Cast.sealing())
        let second = try Sealed.seal(Self.content, Cast.sealing())
        let mixed = first.prefix(Self.headerByteCount) + second.dropFirst(Self.headerByteCount)
        #expect(try Opened.failure(Array(mixed), Cast.opening()) == .wrongNameOrDamaged)
        let tail = first.dropLast(StreamTrailer.byteCount) + second.suffix(StreamTrailer.byteCount)
        #expect(try Opened.failure(Array(tail), Cast.opening()) == .badTrailer)
    }

    @Test func aFailedOpenerStaysFailed() throws {
        var opener = StreamOpener(name: Sealed.name, parameters: Cast.opening())
        let good = try SmallStream(.secretstream).object
        var errors: [CodecError] = []
        for input in [Array("not a sealed stream".utf8), good, good] {
            do throws(CodecError) {
                _ = try Sealed.octets(room: 100) { (output) throws(CodecError) in
                    _ = try opener.advance(input.span.bytes, into: &output)
                }
            } catch { errors.append(error) }
        }
        do throws(CodecError) {
            _ = try opener.finish(Sealed.summary([[]], nil))
        } catch { errors.append(error) }
        #expect(errors.map(\.streamFailure) == Array(repeating: .notAStream, count: 4))
    }

    @Test func hostileHeadersAndLengthsNeverTrap() throws {
        var random = SeededRandom("hostileHeadersAndLengthsNeverTrap")
        let good = try SmallStream(.secretstream).object
        for _ in 0..<1000 {
            var object = good
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let offset = Int.random(in: 0..<object.count, using: &random)
                object[offset] =
                    [0, 1, 0x80, 0xFF, UInt8.random(in: 0...255, using: &random)][
                        Int.random(in: 0..<5, using: &random)]
            }
            guard object != good else { continue }
            let pieceByteCount = Int.random(in: 1...object.count, using: &random)
            #expect(try Opened.failure(object, Cast.opening(), pieceByteCount: pieceByteCount) != nil)
        }
    }
}

/// A stream of two messages, and what damage at each place of it is called.
private struct SmallStream {
    let cipher: StreamCipher
    let object: [UInt8]
    private let headerByteCount: Int
    private let firstMessageEnd: Int

    init(_ cipher: StreamCipher) throws {
        self.cipher = cipher
        let content = Octets.text(StreamBlockSize.smallest.byteCount + 100)
        let object = try Sealed.seal(content, Cast.sealing(Sealed.layout(cipher)), random: Tape.seeded(77))
        let headerByteCount = StreamHeader.byteCount(slotCount: cipher == .none ? 0 : 1)
        let length = (0..<4).reversed().reduce(0) { $0 << 8 | Int(object[headerByteCount + $1]) }
        firstMessageEnd = headerByteCount + 4 + length
        self.object = object
        self.headerByteCount = headerByteCount
    }

    func failure(_ object: [UInt8], name: ObjectKey = Sealed.name, pieceByteCount: Int = .max) throws -> StreamFailure?
    {
        try Opened.failure(
            object, Cast.opening(acceptsUnencrypted: cipher == .none), name: name, pieceByteCount: pieceByteCount)
    }

    /// Whether one of its parts ends here, give or take a byte.
    func isBoundary(_ count: Int) -> Bool {
        [headerByteCount, headerByteCount + 4, firstMessageEnd, firstMessageEnd + 4, object.count]
            .contains { abs($0 - count) <= 1 }
    }

    func expected(at offset: Int) -> Set<StreamFailure> {
        switch offset {
        case 0..<8: [.notAStream]
        case 8: [.unsupportedVersion]
        case 9: [.badHeader, .noMatchingIdentity]
        case 10, 11: [.badHeader, .headerForged]
        // More slots than there are shift the rest of the header.
        case 12..<16: [.badHeader, .headerForged, .truncated]
        case 16..<24 where cipher == .secretstream: [.noMatchingIdentity]
        case 16..<40 where cipher == .none: [.badHeader]
        case ..<headerByteCount: [.headerForged]
        // A longer message takes bytes of what follows, or does not end.
        case ..<(headerByteCount + 4): [.badMessage, .wrongNameOrDamaged, .truncated]
        case ..<firstMessageEnd: [.wrongNameOrDamaged]
        case ..<(firstMessageEnd + 4): [.badMessage, .truncated]
        case ..<(object.count - StreamTrailer.byteCount): [.badMessage]
        default: [.badTrailer]
        }
    }
}
