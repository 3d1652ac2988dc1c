import Codec
import Format
import Testing

@Suite struct ContentDigestTests {
    private let content = Octets.noise(3 << 20 | 12345, seed: 8)

    private func summary(_ octets: [UInt8], block: Int, key: DigestKey? = Cast.digestKey, name: ObjectKey = Sealed.name)
        -> ContentSummary
    {
        Sealed.summary(Sealed.split(octets, block), key, name: name)
    }

    @Test func theSizeOfBlocksMakesNoDifference() {
        let summaries = (16...23).map { summary(content, block: 1 << $0) }
        #expect(summaries.allSatisfy { $0 == summaries[0] })
        #expect(summaries[0].byteCount == UInt64(content.count))
    }

    @Test func everythingElseDoes() {
        let base = summary(content, block: 1 << 20)
        var other = content
        other[1_000_000] ^= 1
        #expect(summary(other, block: 1 << 20) != base)
        #expect(summary(content.dropLast(), block: 1 << 20) != base)
        #expect(summary(content + [0], block: 1 << 20) != base)
        #expect(summary(content, block: 1 << 20, key: Cast.otherDigestKey) != base)
        #expect(summary(content, block: 1 << 20, key: nil) != base)
        #expect(summary(content, block: 1 << 20, name: Sealed.key("a")) != base)
    }

    @Test func swappedLeavesDiffer() {
        let leaf = 64 << 10
        let swapped = content[leaf..<2 * leaf] + content[..<leaf] + content[(2 * leaf)...]
        #expect(summary(Array(swapped), block: 1 << 20) != summary(content, block: 1 << 20))
    }

    @Test func comparisonNeedsTheKey() throws {
        let object = try Sealed.seal(content, Cast.sealing(Sealed.layout(.secretstream, .zstd, .standard)))
        let tail = Array(object.suffix(StreamTrailer.byteCount))
        let reading = try TrailerReading(
            tail.span, objectByteCount: UInt64(object.count), name: Sealed.name,
            signers: [Cast.host.signer])
        #expect(reading.contentByteCount == UInt64(content.count))
        #expect(reading.compare(summary(content, block: 1 << 16)) == .same)
        #expect(reading.compare(summary(content, block: 1 << 16, key: nil)) == .unknownKey)
        #expect(reading.compare(summary(content, block: 1 << 16, key: Cast.otherDigestKey)) == .unknownKey)
        #expect(reading.compare(summary(content.dropLast(), block: 1 << 16, key: nil)) == .different)
    }
}
