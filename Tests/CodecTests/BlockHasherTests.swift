import Codec
import Format
import Testing

@Suite struct BlockHasherTests {
    private static let key = (0..<32).map { UInt8($0) }

    private static func content(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 / 256) }
    }

    /// Made by contrib/format-reader (`xxh3_block`), which calls another build of the library.
    @Test(
        arguments: [
            (1, 0x5be9_fb0e_19bd_9523, 0x4692_3551_20d8_3819), (16, 0x987d_eead_2687_a4e2, 0x4b26_d4e2_2c86_4db5),
            (17, 0x047a_e5c8_9399_5327, 0xd0aa_e618_8f98_af14), (128, 0xf82b_326d_d92a_5c60, 0x4b11_0920_ae2f_599e),
            (129, 0x48f6_76c3_0c38_42f0, 0xd6ed_3bba_4888_592c), (240, 0x9980_4368_11aa_d704, 0xbba4_b7cf_f481_7967),
            (241, 0x8734_e70b_113d_f947, 0xfd62_0a1f_f339_b249), (8192, 0x8f6f_fadf_f7e2_bc17, 0x6363_0d80_903b_1c92),
            (131_072, 0x04a8_83fb_55b8_0d1e, 0x517d_3efc_a34d_0faa),
        ] as [(Int, UInt64, UInt64)])
    func hashesAsTheDocumentSays(count: Int, high: UInt64, low: UInt64) {
        let block = Self.content(count)
        #expect(BlockHasher(key: Self.key).hash(block.span.bytes) == BlockHash(high: high, low: low))
    }

    @Test func anotherKeyGivesAnotherHash() {
        let block = Self.content(8192)
        let other = BlockHasher(key: BlockHasher.makeKey(Tape.seeded(31)))
        #expect(other.hash(block.span.bytes) != BlockHasher(key: Self.key).hash(block.span.bytes))
    }

    @Test func anyBitCounts() {
        let hasher = BlockHasher(key: Self.key)
        let block = Self.content(300)
        var hashes: Set<BlockHash> = [hasher.hash(block.span.bytes)]
        for index in block.indices {
            var other = block
            other[index] ^= 1 << (index % 8)
            #expect(hashes.insert(hasher.hash(other.span.bytes)).inserted)
        }
        #expect(!hashes.contains(.unknown))
    }

    @Test func keysAreDrawn() {
        #expect(BlockHasher.makeKey().count == BackupFacts.blockKeyByteCount)
        #expect(BlockHasher.makeKey() != BlockHasher.makeKey())
    }
}
