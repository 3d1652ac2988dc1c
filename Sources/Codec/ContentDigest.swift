package import Format

/// What the trailer says about the content: its length, and its digest under the digest key.
package struct ContentSummary: Equatable, Sendable {
    package let byteCount: UInt64
    /// Which digest key and the digest; nil when there was no key.
    let digest: KeyedDigest?

    /// Of a content whose digest nobody asks for.
    package init(byteCount: UInt64) {
        self.init(byteCount: byteCount, digest: nil)
    }

    init(byteCount: UInt64, digest: KeyedDigest?) {
        self.byteCount = byteCount
        self.digest = digest
    }

    struct KeyedDigest: Equatable, Sendable {
        let keyFingerprint: [UInt8]
        let digest: [UInt8]
    }
}

/// Combines the leaf hashes of all blocks of a stream, in their order (docs/FORMAT.md, "Content digest").
package struct ContentDigest: ~Copyable, Sendable {
    private static let domain = Array("trunkline content v1".utf8)

    private let keyFingerprint: [UInt8]?
    private var hash: Blake2b?
    private var byteCount: UInt64 = 0
    private var endsInsideLeaf = false

    /// The digest binds the name of the object: equal contents of two objects do not show.
    package init(_ key: DigestKey?, name: ObjectKey) {
        keyFingerprint = key?.fingerprint
        guard let key else { return }
        let path = Array(name.path.utf8)
        var hash = key.secret.withOctets { octets, count in
            Blake2b(
                outputByteCount: StreamTrailer.digestByteCount,
                key: UnsafeRawBufferPointer(start: octets, count: count))
        }
        hash.update(Self.domain + LittleEndian.octets(UInt32(path.count)) + path)
        self.hash = consume hash
    }

    /// Takes the hashes of the next block, made by a `LeafHasher` of the same key.
    package mutating func append(_ leaves: LeafHashes) {
        precondition(!endsInsideLeaf || leaves.blockByteCount == 0, "only the last block may end inside a leaf")
        byteCount += UInt64(leaves.blockByteCount)
        endsInsideLeaf = leaves.blockByteCount % LeafHashes.leafByteCount != 0
        leaves.withBytes { hash?.update($0) }
    }

    package consuming func finish() -> ContentSummary {
        guard let keyFingerprint, hash != nil else { return ContentSummary(byteCount: byteCount, digest: nil) }
        hash?.update(LittleEndian.octets(byteCount))
        let digest = hash.take()?.finish() ?? []
        return ContentSummary(
            byteCount: byteCount,
            digest: ContentSummary.KeyedDigest(keyFingerprint: keyFingerprint, digest: digest))
    }
}
