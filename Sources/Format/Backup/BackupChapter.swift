/// One chapter as a manifest names it: a sealed stream inside a pack, the unit of range reads.
package struct BackupChapter: Equatable, Sendable {
    /// A range read of one chapter is worth a request, and a reader opens a chapter in memory.
    package static let contentBytesMax = 32 * BackupBlock.byteCount
    /// A pack holds some hundred chapters; those of an incremental backup may be small, and many.
    package static let numberMax = 1_000_000
    package static let digestByteCount = 32

    /// Index of the pack in the manifest's list.
    package let pack: Int
    /// Its number in the pack, from 0: part of the name it is sealed under.
    package let number: Int
    /// Where it begins in the pack.
    package let offset: UInt64
    /// Bytes in the pack.
    package let sealedByteCount: Int
    /// Bytes of content, at most `contentBytesMax`.
    package let contentByteCount: Int
    /// The digest of its codes (docs/FORMAT.md, "Trailer"), 32 bytes: ties the chapter to the signed manifest.
    package let codesDigest: [UInt8]

    package init(
        pack: Int, number: Int, offset: UInt64, sealedByteCount: Int, contentByteCount: Int, codesDigest: [UInt8]
    ) {
        precondition(codesDigest.count == Self.digestByteCount, "a digest of codes has 32 bytes")
        self.pack = pack
        self.number = number
        self.offset = offset
        self.sealedByteCount = sealedByteCount
        self.contentByteCount = contentByteCount
        self.codesDigest = codesDigest
    }

    /// The same chapter where the packs are listed in another order.
    package func inPack(_ index: Int) -> BackupChapter {
        BackupChapter(
            pack: index, number: number, offset: offset, sealedByteCount: sealedByteCount,
            contentByteCount: contentByteCount, codesDigest: codesDigest)
    }
}
